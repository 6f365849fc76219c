// Command watermill is a contestant of bench: watermill-redisstream's subscriber, as its
// documentation shows it, whose handler enqueues three asynq jobs for each message. It
// publishes n messages, reads them, and prints how long the reading took.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill-redisstream/pkg/redisstream"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

const topic = "listings:events:orders"

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("want an address and a number"))
	}
	n, err := strconv.Atoi(os.Args[2])
	if err != nil {
		fail(err)
	}
	took, err := run(context.Background(), os.Args[1], n)
	if err != nil {
		fail(err)
	}
	fmt.Println(took)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "watermill:", err)
	os.Exit(1)
}

func run(ctx context.Context, addr string, n int) (time.Duration, error) {
	rdb := redis.NewClient(&redis.Options{Addr: addr})
	if err := publish(rdb, n); err != nil {
		return 0, err
	}
	client := asynq.NewClient(asynq.RedisClientOpt{Addr: addr})
	sub, err := redisstream.NewSubscriber(redisstream.SubscriberConfig{
		Client: rdb, Unmarshaller: redisstream.DefaultMarshallerUnmarshaller{}, ConsumerGroup: "notification-consumers", OldestId: "0",
	}, watermill.NopLogger{})
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	began := time.Now()
	messages, err := sub.Subscribe(ctx, topic)
	if err != nil {
		return 0, err
	}
	for done := 0; done < n; done++ {
		m, ok := <-messages
		if !ok {
			return 0, context.Cause(ctx)
		}
		if err := enqueue(ctx, client, m.Payload); err != nil {
			return 0, err
		}
		m.Ack()
	}
	return time.Since(began), nil
}

func enqueue(ctx context.Context, client *asynq.Client, payload []byte) error {
	for _, kind := range []string{"notification:email", "notification:telegram", "notification:push"} {
		if _, err := client.EnqueueContext(ctx, asynq.NewTask(kind, payload), asynq.MaxRetry(5), asynq.Timeout(30*time.Second)); err != nil {
			return err
		}
	}
	return nil
}

func publish(rdb *redis.Client, n int) error {
	pub, err := redisstream.NewPublisher(redisstream.PublisherConfig{Client: rdb, Marshaller: redisstream.DefaultMarshallerUnmarshaller{}}, watermill.NopLogger{})
	if err != nil {
		return err
	}
	batch := make([]*message.Message, n)
	for i := range batch {
		batch[i] = message.NewMessage(watermill.NewUUID(), fmt.Appendf(nil,
			`{"type":"order.shipped","order_id":"%d","tracking_number":"POST%09d","carrier":"Post Express","buyer_id":"%d","timestamp":"1734825600"}`,
			1_000_000+i, i, 100_000+i%2000))
	}
	return pub.Publish(topic, batch...)
}
