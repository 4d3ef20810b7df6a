package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
)

func consumeCases() []testCase {
	return []testCase{
		{"filter-tags", false, filterTags},
		{"filter-sql92", false, filterSQL92},
		{"push-clustering", false, clustering},
		{"push-broadcasting", false, broadcasting},
		{"push-long-polling", false, longPolling},
		{"pull", false, pull},
		{"offset-client-restart", false, offsetClientRestart},
		{"offset-server-restart", true, offsetServerRestart},
	}
}

func filterTags(c *caseContext) {
	topic := c.topic("t", 4)
	p := c.producer()
	tags := []string{"Aa", "BB", "c", ""}
	var sent []string
	for i := 0; i < 40; i++ {
		body := fmt.Sprintf("%s#%d", tags[i%4], i)
		message := primitive.NewMessage(topic, []byte(body))
		if tags[i%4] != "" {
			message.WithTag(tags[i%4])
		}
		_, err := p.SendSync(context.Background(), message)
		checkNoError(err, body)
		sent = append(sent, body)
	}
	// "Aa" and "BB" have the same hash code, which is all that the server compares.
	for i, wanted := range [][]string{{"Aa"}, {"BB", "c"}, {"*", ""}} {
		var expected []string
		for _, body := range sent {
			tag := strings.Split(body, "#")[0]
			if wanted[0] == "*" || tag == wanted[0] || tag == wanted[len(wanted)-1] {
				expected = append(expected, body)
			}
		}
		expression := strings.TrimSuffix(strings.Join(wanted, " || "), " || ")
		got := &received{}
		selector := consumer.MessageSelector{Type: consumer.TAG, Expression: expression}
		c.consume(c.name(fmt.Sprintf("g%d", i)), topic, selector, got)
		got.awaitExactly(expected, "for "+expression)
	}
}

func filterSQL92(c *caseContext) {
	topic := c.topic("t", 2)
	p := c.producer()
	for i := 0; i < 20; i++ {
		message := primitive.NewMessage(topic, []byte(fmt.Sprintf("m%d", i)))
		message.WithProperty("n", fmt.Sprint(i))
		_, err := p.SendSync(context.Background(), message)
		checkNoError(err, "send")
	}
	got := &received{}
	selector := consumer.MessageSelector{Type: consumer.SQL92, Expression: "n BETWEEN 4 AND 6 OR n > 18"}
	c.consume(c.name("g"), topic, selector, got)
	got.awaitExactly([]string{"m4", "m5", "m6", "m19"}, "selected")
}

// Consumers join and leave; nothing is lost, and once they have settled nothing comes twice.
func clustering(c *caseContext) {
	topic := c.topic("t", 8)
	group := c.name("g")
	p := c.producer()
	got := &received{}
	first := c.consume(group, topic, all, got)
	sent := bodies("one", 40)
	c.send(p, topic, sent)
	got.awaitExactly(sent, "with one consumer")
	c.consume(group, topic, all, got)
	c.consume(group, topic, all, got)
	joining := bodies("joining", 80)
	c.send(p, topic, joining)
	got.awaitAll(joining, "while others joined")
	checkNoError(first.Shutdown(), "shutdown")
	leaving := bodies("leaving", 80)
	c.send(p, topic, leaving)
	got.awaitAll(leaving, "while the first left")
	time.Sleep(time.Second)
	before := len(got.bodies())
	settled := bodies("settled", 80)
	c.send(p, topic, settled)
	got.awaitAll(settled, "after settling")
	time.Sleep(300 * time.Millisecond)
	checkSameElements(settled, got.bodies()[before:], "after settling")
}

func broadcasting(c *caseContext) {
	topic := c.topic("t", 4)
	consumers := []*received{{}, {}, {}}
	for i, got := range consumers {
		// Offsets are kept in a file per group, so that consumers of one process need a group each to begin afresh.
		c.consume(c.name(fmt.Sprintf("g%d", i)), topic, all, got, consumer.WithConsumerModel(consumer.BroadCasting))
	}
	c.send(c.producer(), topic, bodies("b", 60))
	for i, got := range consumers {
		got.awaitExactly(bodies("b", 60), fmt.Sprintf("consumer %d", i))
	}
}

func longPolling(c *caseContext) {
	topic := c.topic("t", 1)
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	p := c.producer()
	c.send(p, topic, []string{"first"})
	got.awaitExactly([]string{"first"}, "consumed")
	for i := 0; i < 5; i++ {
		time.Sleep(300 * time.Millisecond)
		start := time.Now()
		c.send(p, topic, []string{fmt.Sprint("wake", i)})
		eventually("the message", 5*time.Second, func() bool { return len(got.all()) == i+2 })
		checkThat(time.Since(start) < time.Second, "woken after %s", time.Since(start))
	}
}

func pull(c *caseContext) {
	topic := c.topic("t", 1)
	c.send(c.producer(), topic, bodies("p", 40))
	pc := c.pullConsumer(c.name("g"), topic)
	queue := c.queues(topic)[0]
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	result, err := pc.PullFrom(ctx, queue, 5, 10)
	checkNoError(err, "pull")
	checkEqual(primitive.PullFound, result.Status, "status")
	checkEqual(int64(15), result.NextBeginOffset, "next offset")
	checkEqual([]int64{0, 40}, []int64{result.MinOffset, result.MaxOffset}, "min and max")
	var got []string
	for _, message := range result.GetMessageExts() {
		got = append(got, string(message.Body))
	}
	checkEqual(bodies("p", 40)[5:15], got, "messages")
	result, err = pc.PullFrom(ctx, queue, 1000, 10)
	checkNoError(err, "pull beyond the end")
	checkEqual(primitive.PullOffsetIllegal, result.Status, "status beyond the end")
	checkEqual(int64(40), result.NextBeginOffset, "next offset beyond the end")
}

func consumeAndLeave(c *caseContext, topic string, expected []string) {
	got := &received{}
	pc := c.consume(c.name("g"), topic, all, got)
	got.awaitExactly(expected, "consumed")
	checkNoError(pc.Shutdown(), "shutdown")
}

func offsetClientRestart(c *caseContext) {
	topic := c.topic("t", 4)
	p := c.producer()
	c.send(p, topic, bodies("a", 30))
	consumeAndLeave(c, topic, bodies("a", 30))
	c.send(p, topic, bodies("b", 30))
	consumeAndLeave(c, topic, bodies("b", 30))
}

func offsetServerRestart(c *caseContext) {
	topic := c.topic("t", 4)
	p := c.producer()
	c.send(p, topic, bodies("a", 30))
	consumeAndLeave(c, topic, bodies("a", 30))
	c.control.post("broker", "restart")
	c.send(p, topic, bodies("b", 30))
	consumeAndLeave(c, topic, bodies("b", 30))
}
