package main

import (
	"context"
	"sync"
	"time"

	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
)

const receiveLimit = 60 * time.Second

// received is what consumers got, in the order of arrival.
type received struct {
	mutex    sync.Mutex
	messages []*primitive.MessageExt
}

func (r *received) handle(_ context.Context, messages ...*primitive.MessageExt) (consumer.ConsumeResult, error) {
	r.add(messages...)
	return consumer.ConsumeSuccess, nil
}

func (r *received) add(messages ...*primitive.MessageExt) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.messages = append(r.messages, messages...)
}

func (r *received) all() []*primitive.MessageExt {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return append([]*primitive.MessageExt(nil), r.messages...)
}

func (r *received) bodies() []string {
	var result []string
	for _, message := range r.all() {
		result = append(result, string(message.Body))
	}
	return result
}

// byQueue gives bodies by queue id, each in the order of first arrival.
func (r *received) byQueue() map[int][]string {
	result := map[int][]string{}
	seen := map[string]bool{}
	for _, message := range r.all() {
		body := string(message.Body)
		if !seen[body] {
			seen[body] = true
			result[message.Queue.QueueId] = append(result[message.Queue.QueueId], body)
		}
	}
	return result
}

// awaitExactly waits for exactly these bodies, then a moment longer: none may come twice, none besides.
func (r *received) awaitExactly(expected []string, what string) {
	r.awaitAll(expected, what)
	time.Sleep(300 * time.Millisecond)
	checkSameElements(expected, r.bodies(), what)
}

// awaitAll waits until each of these bodies has come at least once.
func (r *received) awaitAll(expected []string, what string) {
	deadline := time.Now().Add(receiveLimit)
	for {
		missing := missingFrom(r.bodies(), expected)
		if len(missing) == 0 {
			return
		}
		if time.Now().After(deadline) {
			fail("%s: %d missing %v", what, len(missing), some(missing))
		}
		time.Sleep(20 * time.Millisecond)
	}
}
