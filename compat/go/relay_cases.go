package main

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
)

const (
	connectionList  = 203
	runningInfo     = 307
	consumeDirectly = 309
	traceTopic      = "RMQ_SYS_TRACE_TOPIC"
)

func relayCases() []testCase {
	return []testCase{
		{"relay-to-consumer", false, relayToConsumer},
		{"message-trace", false, messageTrace},
	}
}

func relayToConsumer(c *caseContext) {
	topic := c.topic("t", 1)
	group := c.name("g")
	got := &received{}
	c.consume(group, topic, all, got)
	sent := c.send(c.producer(), topic, []string{"once"})
	got.awaitExactly([]string{"once"}, "consumed")
	broker := c.control.address("broker")
	fields := map[string]string{"consumerGroup": group, "clientId": c.onlyMember(broker, group)}

	code, remark, body := rawCall(broker, runningInfo, fields)
	checkEqual(0, code, "code ("+remark+")")
	for _, part := range []string{`"mqTable"`, `"subscriptionSet"`, topic} {
		checkThat(strings.Contains(string(body), part), "running info has %s: %s", part, body)
	}

	fields["msgId"] = sent[0].OffsetMsgID
	code, remark, body = rawCall(broker, consumeDirectly, fields)
	checkEqual(0, code, "code ("+remark+")")
	checkThat(strings.Contains(string(body), `"consumeResult"`), "result %s", body)
	eventually("consumed again", 5*time.Second, func() bool { return len(got.bodies()) == 2 })
	checkEqual([]string{"once", "once"}, got.bodies(), "consumed")
}

func (c *caseContext) onlyMember(broker, group string) string {
	_, remark, body := rawCall(broker, connectionList, map[string]string{"consumerGroup": group})
	var members struct {
		ConnectionSet []struct{ ClientID string }
	}
	checkNoError(json.Unmarshal(body, &members), "members ("+remark+")")
	checkEqual(1, len(members.ConnectionSet), "members")
	return members.ConnectionSet[0].ClientID
}

func messageTrace(c *caseContext) {
	topic := c.topic("t", 1)
	traces := &received{}
	c.consume(c.name("reader"), traceTopic, all, traces)
	config := &primitive.TraceConfig{
		Access:   primitive.Local,
		Resolver: primitive.NewPassthroughResolver(c.namesrv),
	}
	got := &received{}
	c.consume(c.name("g"), topic, all, got, consumer.WithTrace(config))
	sent := c.send(c.producer(producer.WithTrace(config)), topic, []string{"traced"})
	got.awaitExactly([]string{"traced"}, "consumed")
	for _, kind := range []string{"Pub", "SubBefore", "SubAfter"} {
		eventually("trace "+kind, 30*time.Second, func() bool {
			for _, body := range traces.bodies() {
				for _, line := range strings.Split(body, "\x02") {
					if strings.HasPrefix(line, kind+"\x01") && strings.Contains(line, sent[0].MsgID) {
						return true
					}
				}
			}
			return false
		})
	}
}
