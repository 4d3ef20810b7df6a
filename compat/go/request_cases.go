package main

import (
	"context"
	"strings"
	"time"

	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
)

func requestCases() []testCase {
	return []testCase{
		{"request-reply", false, requestReply},
		{"reply-to-nobody", false, replyToNobody},
	}
}

// This client's producer is known to the broker only after its first heartbeat, up to 30 s after the first request. So
// replies are tried until the broker knows whom to give them to.
func requestReply(c *caseContext) {
	topic := c.topic("t", 1)
	replier := c.producer()
	answer := func(message *primitive.MessageExt) error {
		// It takes the body for properties.
		reply, err := consumer.CreateReplyMessage(message, nil)
		checkNoError(err, "reply to "+string(message.Body))
		reply.Body = []byte("re: " + string(message.Body))
		for start := time.Now(); ; time.Sleep(500 * time.Millisecond) {
			_, err = replier.SendSync(context.Background(), reply)
			if err == nil || time.Since(start) > 45*time.Second {
				return err
			}
		}
	}
	failures := make(chan error, 10)
	handle := func(_ context.Context, messages ...*primitive.MessageExt) (consumer.ConsumeResult, error) {
		for _, message := range messages {
			if err := answer(message); err != nil {
				failures <- err
			}
		}
		return consumer.ConsumeSuccess, nil
	}
	c.consumeWith(c.name("g"), topic, all, handle)
	requester := c.producer()
	for _, body := range []string{"one", "two", strings.Repeat("large ", 1000)} {
		answer, err := requester.Request(context.Background(), 50*time.Second, primitive.NewMessage(topic, []byte(body)))
		select {
		case failure := <-failures:
			fail("reply: %s", failure)
		default:
		}
		checkNoError(err, "request")
		checkEqual("re: "+body, string(answer.Body), "answer")
	}
}

func replyToNobody(c *caseContext) {
	request := &primitive.MessageExt{}
	request.WithProperty(primitive.PropertyCluster, "CompatCluster")
	request.WithProperty(primitive.PropertyCorrelationID, "c")
	request.WithProperty(primitive.PropertyMessageReplyToClient, "nobody")
	request.WithProperty(primitive.PropertyMessageTTL, "3000")
	reply, err := consumer.CreateReplyMessage(request, nil)
	checkNoError(err, "reply")
	reply.Body = []byte("reply")
	_, err = c.producer().SendSync(context.Background(), reply)
	checkThat(err != nil, "a reply to nobody is taken")
	remark := "push reply message fail, channel of <nobody> not found."
	checkThat(strings.Contains(err.Error(), remark), "error %q", err)
}
