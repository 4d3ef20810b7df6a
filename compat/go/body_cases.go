package main

import (
	"bytes"
	"context"
	"math/rand"
	"strings"
	"time"

	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
)

const (
	maxBody = 4 * 1024 * 1024
	unicode = "grüße 你好 🚀 рус שלום e\u0301"
)

func bodyCases() []testCase {
	return []testCase{
		{"body-4mib", false, bodyLargest},
		{"body-compressed", false, bodyCompressed},
		{"unicode", false, bodyUnicode},
	}
}

func bodyLargest(c *caseContext) {
	topic := c.topic("t", 1)
	p := c.producer(producer.WithCompressMsgBodyOverHowmuch(2*maxBody), producer.WithRetry(0))
	body := make([]byte, maxBody)
	rand.New(rand.NewSource(1)).Read(body)
	_, err := p.SendSync(context.Background(), primitive.NewMessage(topic, body))
	checkNoError(err, "send at the limit")
	_, err = p.SendSync(context.Background(), primitive.NewMessage(topic, make([]byte, maxBody+1)))
	checkThat(err != nil, "accepted over the limit")
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	eventually("the large message", receiveLimit, func() bool { return len(got.all()) == 1 })
	checkThat(bytes.Equal(body, got.all()[0].Body), "body changed")
}

func bodyCompressed(c *caseContext) {
	topic := c.topic("t", 1)
	body := strings.Repeat("compress me, please. ", 10_000)
	c.send(c.producer(), topic, []string{body})
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	eventually("the message", receiveLimit, func() bool { return len(got.all()) == 1 })
	message := got.all()[0]
	checkThat(string(message.Body) == body, "body changed")
	checkThat(message.StoreSize < int32(len(body)/10), "stored compressed: %d", message.StoreSize)
}

// The tag is ASCII: this client computes other hash codes than Java for the rest, so that no server could filter it.
func bodyUnicode(c *caseContext) {
	topic := c.topic("t", 1)
	p := c.producer()
	message := primitive.NewMessage(topic, []byte(unicode)).WithTag("tag").WithKeys([]string{unicode, "second"})
	message.WithProperty("ключ", unicode)
	_, err := p.SendSync(context.Background(), message)
	checkNoError(err, "send")
	c.send(p, topic, []string{"untagged"})
	got := &received{}
	c.consume(c.name("g"), topic, consumer.MessageSelector{Type: consumer.TAG, Expression: "tag || x"}, got)
	got.awaitExactly([]string{unicode}, "consumed")
	time.Sleep(100 * time.Millisecond)
	first := got.all()[0]
	checkEqual("tag", first.GetTags(), "tags")
	checkEqual(unicode+" second", first.GetKeys(), "keys")
	checkEqual(unicode, first.GetProperty("ключ"), "property")
}
