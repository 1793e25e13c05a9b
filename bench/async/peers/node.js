// SPDX-License-Identifier: ISC
// Node: W5a, W5b and W5c of bench.h.  Lengths are whole milliseconds.
'use strict';

const PENDING = 10000;
let seed = 88172645;

function sleepLength() {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return 1 + (seed >>> 0) % 999;
}

function nothing() {}

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

function startAll(count) {
  const all = new Array(count);
  for (let i = 0; i < count; i++)
    all[i] = setTimeout(nothing, 3600000 + sleepLength());
  return all;
}

function w5b(count) {
  const begin = process.cpuUsage();
  startAll(count).forEach(clearTimeout);
  report('W5b', cpuNs(begin) / count);
}

function w5c(count) {
  const others = startAll(PENDING);
  const begin = process.cpuUsage();
  for (let i = 0; i < count; i++)
    clearTimeout(setTimeout(nothing, 3600000 + sleepLength()));
  report('W5c', cpuNs(begin) / count);
  others.forEach(clearTimeout);
}

const table = { W5a: w5a, W5b: w5b, W5c: w5c };
const run = table[process.argv[2]];
if (run === undefined) {
  console.error('usage: node.js WORKLOAD [COUNT]');
  process.exit(2);
}
run(Number(process.argv[3] || 1000000));
