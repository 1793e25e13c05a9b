// SPDX-License-Identifier: ISC

// Go: the workloads of bench.h on goroutines, on one core.  A sleep is a
// goroutine that sleeps in W5a and W6f; elsewhere a timer of package time.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	batch   = 1000
	ring    = 503
	pending = 10000
)

var begin time.Duration

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func start() {
	runtime.GC() // of what went before
	begin = cpu()
}

func stop(name string, count int) {
	report(name, float64(cpu()-begin)/float64(count))
}

func report(name string, value float64) {
	fmt.Printf("%s %.5g\n", name, value)
}

var seed uint64 = 88172645463325252

func sleepLength() time.Duration {
	seed ^= seed << 13
	seed ^= seed >> 7
	seed ^= seed << 17
	return time.Duration(1000000 + seed%999000000)
}

func resident() int {
	var size, pages int
	text, _ := os.ReadFile("/proc/self/statm")
	fmt.Sscan(string(text), &size, &pages)
	return pages * 4096
}

func w1(count int) {
	var wait sync.WaitGroup
	wait.Add(2)
	start()
	for i := 0; i < 2; i++ {
		go func() {
			for j := 0; j < count/2; j++ {
				runtime.Gosched()
			}
			wait.Done()
		}()
	}
	wait.Wait()
	stop("W1", count)
}

func w2(count int) {
	there, back := make(chan uint64, 1), make(chan uint64, 1)
	go func() {
		for value := range there {
			back <- value
		}
	}()
	start()
	for i := 0; i < count; i++ {
		there <- uint64(i)
		<-back
	}
	stop("W2", count)
}

func batches(count int, body func(*sync.WaitGroup)) {
	for done := 0; done < count; done += batch {
		var wait sync.WaitGroup
		wait.Add(batch)
		for i := 0; i < batch; i++ {
			go body(&wait)
		}
		wait.Wait()
	}
}

func w3(count int) {
	body := func(wait *sync.WaitGroup) { wait.Done() }
	batches(batch, body)
	start()
	batches(count, body)
	stop("W3", count)
}

func w3y(count int) {
	body := func(wait *sync.WaitGroup) {
		runtime.Gosched()
		wait.Done()
	}
	batches(batch, body)
	start()
	batches(count, body)
	stop("W3y", count)
}

func w5a(count int) {
	var wait sync.WaitGroup
	wait.Add(count)
	start()
	from := time.Now()
	for i := 0; i < count; i++ {
		length := sleepLength()
		go func() {
			time.Sleep(length)
			wait.Done()
		}()
	}
	wait.Wait()
	stop("W5a", count)
	report("W5a-end", time.Since(from).Seconds())
}

func startAll(count int) []*time.Timer {
	timers := make([]*time.Timer, count)
	for i := range timers {
		timers[i] = time.AfterFunc(time.Hour+sleepLength(), func() {})
	}
	return timers
}

func w5b(count int) {
	start()
	for _, t := range startAll(count) {
		t.Stop()
	}
	stop("W5b", count)
}

func w5c(count int) {
	startAll(pending)
	start()
	for i := 0; i < count; i++ {
		time.AfterFunc(time.Hour+sleepLength(), func() {}).Stop()
	}
	stop("W5c", count)
}

func w6t(count int) {
	before := resident()
	timers := startAll(count)
	report("W6t", float64(resident()-before)/float64(count))
	runtime.KeepAlive(timers)
}

func w6f(count int) {
	before := resident()
	for i := 0; i < count; i++ {
		go time.Sleep(time.Hour + sleepLength())
	}
	for runtime.NumGoroutine() <= count {
		runtime.Gosched()
	}
	runtime.Gosched()
	report("W6f", float64(resident()-before)/float64(count))
}

func w7(count int) {
	var channels [ring]chan uint64
	for i := range channels {
		channels[i] = make(chan uint64, 1)
	}
	done := make(chan bool)
	for i := range channels {
		in, out := channels[i], channels[(i+1)%ring]
		go func() {
			for value := range in {
				if value == 0 {
					done <- true
				} else {
					out <- value - 1
				}
			}
		}()
	}
	start()
	channels[0] <- uint64(count)
	<-done
	stop("W7", count)
}

type workload struct {
	run   func(int)
	count int
}

func main() {
	runtime.GOMAXPROCS(1)
	table := map[string]workload{
		"W1": {w1, 4000000}, "W2": {w2, 1000000}, "W3": {w3, 1000000},
		"W3y": {w3y, 1000000}, "W5a": {w5a, 1000000}, "W5b": {w5b, 1000000},
		"W5c": {w5c, 1000000}, "W6t": {w6t, 1000000}, "W6f": {w6f, 200000},
		"W7": {w7, 2000000}, "W8": {echo, 0},
	}
	if len(os.Args) > 1 {
		if w, known := table[os.Args[1]]; known {
			if len(os.Args) > 2 {
				w.count, _ = strconv.Atoi(os.Args[2])
			}
			w.run(w.count)
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: go WORKLOAD [COUNT]")
	os.Exit(2)
}
