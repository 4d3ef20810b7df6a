package main

import (
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

const sideBySide = 8

type settings struct {
	namesrv []string
	control controlEndpoint
	kills   int
	// limit is what a case may take.
	limit time.Duration
}

// testCase is one case. An exclusive one stops or starts servers, so that nothing else may run meanwhile.
type testCase struct {
	name      string
	exclusive bool
	body      func(*caseContext)
}

// failure is what check functions panic with.
type failure struct{ reason string }

// run runs shared cases side by side, then exclusive ones one after the other. It prints a line for each:
// "@case NAME pass|fail MILLISECONDS REASON", line ends in the reason written as \n.
func run(s settings, cases []testCase, wanted *regexp.Regexp) bool {
	var shared, exclusive []testCase
	for _, c := range cases {
		switch {
		case !wanted.MatchString(c.name):
		case c.exclusive:
			exclusive = append(exclusive, c)
		default:
			shared = append(shared, c)
		}
	}
	fmt.Printf("@cases %d\n", len(shared)+len(exclusive))
	var printing sync.Mutex
	passed := true
	one := func(c testCase) {
		start := time.Now()
		reason := runOne(s, c)
		printing.Lock()
		defer printing.Unlock()
		outcome := "pass"
		if reason != "" {
			outcome = "fail"
			passed = false
		}
		escaped := strings.NewReplacer("\\", "\\\\", "\n", "\\n").Replace(reason)
		fmt.Printf("@case %s %s %d %s\n", c.name, outcome, time.Since(start).Milliseconds(), escaped)
	}
	slots := make(chan struct{}, sideBySide)
	var running sync.WaitGroup
	for _, c := range shared {
		slots <- struct{}{}
		running.Add(1)
		go func(c testCase) {
			defer running.Done()
			one(c)
			<-slots
		}(c)
	}
	running.Wait()
	for _, c := range exclusive {
		one(c)
	}
	return passed
}

// runOne gives the reason of a failure, or nothing.
func runOne(s settings, c testCase) string {
	context := newCaseContext(s, c.name)
	defer context.close()
	result := make(chan string, 1)
	go func() {
		defer func() {
			switch problem := recover().(type) {
			case nil:
				result <- ""
			case failure:
				result <- problem.reason + "\n" + string(debug.Stack())
			default:
				result <- fmt.Sprintf("panic: %v\n%s", problem, debug.Stack())
			}
		}()
		c.body(context)
	}()
	select {
	case reason := <-result:
		return reason
	case <-time.After(s.limit):
		return fmt.Sprintf("not done after %s", s.limit)
	}
}
