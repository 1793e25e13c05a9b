// SPDX-License-Identifier: ISC
// Node: W5a of bench.h.  Lengths are whole milliseconds.
'use strict';

let seed = 88172645;

function sleepLength() {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return 1 + (seed >>> 0) % 999;
}

function report(name, value) {
  console.log(name, value.toPrecision(4));
}

function cpuNs(begin) {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) * 1000;
}

function w5a(count) {
  const from = performance.now();
  const begin = process.cpuUsage();
  let left = count;
  for (let i = 0; i < count; i++) {
    setTimeout(() => {
      if (--left === 0) {
        report('W5a', cpuNs(begin) / count);
        report('W5a-end', (performance.now() - from) / 1000);
      }
    }, sleepLength());
  }
}

if (process.argv[2] !== 'W5a') {
  console.error('usage: node.js W5a [COUNT]');
  process.exit(2);
}
w5a(Number(process.argv[3] || 1000000));
