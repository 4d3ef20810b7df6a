package main

import (
	"context"
	"fmt"
	"log"

	"github.com/apache/rocketmq-client-go/v2"
	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
)

func main() {
	nameServer := primitive.NewPassthroughResolver([]string{"127.0.0.1:9876"})

	p, err := rocketmq.NewProducer(
		producer.WithGroupName("go-producer"), producer.WithNsResolver(nameServer))
	check(err)
	check(p.Start())
	for i := 0; i < 10; i++ {
		body := []byte(fmt.Sprintf("hello %d", i))
		result, err := p.SendSync(context.Background(), primitive.NewMessage("GoDemo", body))
		check(err)
		fmt.Println(result)
	}
	check(p.Shutdown())

	received := make(chan string)
	c, err := rocketmq.NewPushConsumer(
		consumer.WithGroupName("go-consumer"), consumer.WithNsResolver(nameServer),
		consumer.WithConsumeFromWhere(consumer.ConsumeFromFirstOffset))
	check(err)
	check(c.Subscribe("GoDemo", consumer.MessageSelector{},
		func(_ context.Context, messages ...*primitive.MessageExt) (consumer.ConsumeResult, error) {
			for _, message := range messages {
				received <- string(message.Body)
			}
			return consumer.ConsumeSuccess, nil
		}))
	check(c.Start())
	for i := 0; i < 10; i++ {
		fmt.Println(<-received)
	}
	check(c.Shutdown())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
