package main

import (
	"fmt"
	"reflect"
	"time"
)

const shown = 10

func fail(format string, arguments ...any) {
	panic(failure{fmt.Sprintf(format, arguments...)})
}

func checkThat(condition bool, format string, arguments ...any) {
	if !condition {
		fail(format, arguments...)
	}
}

func checkNoError(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

func checkEqual(expected, actual any, what string) {
	if !reflect.DeepEqual(expected, actual) {
		fail("%s: expected %v, got %v", what, expected, actual)
	}
}

// checkSameElements: the same elements the same number of times, in any order.
func checkSameElements(expected, actual []string, what string) {
	difference := map[string]int{}
	for _, element := range expected {
		difference[element]++
	}
	for _, element := range actual {
		difference[element]--
	}
	var missing, surplus []string
	for element, count := range difference {
		if count > 0 {
			missing = append(missing, element)
		} else if count < 0 {
			surplus = append(surplus, element)
		}
	}
	if len(missing)+len(surplus) > 0 {
		fail("%s: %d missing %v, %d too many %v", what, len(missing), some(missing), len(surplus), some(surplus))
	}
}

func missingFrom(whole, part []string) []string {
	present := map[string]bool{}
	for _, element := range whole {
		present[element] = true
	}
	var missing []string
	for _, element := range part {
		if !present[element] {
			missing = append(missing, element)
		}
	}
	return missing
}

// eventually waits until the condition holds.
func eventually(what string, limit time.Duration, condition func() bool) {
	deadline := time.Now().Add(limit)
	for !condition() {
		if time.Now().After(deadline) {
			fail("not within %s: %s", limit, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func some(elements []string) []string {
	if len(elements) > shown {
		return elements[:shown]
	}
	return elements
}
