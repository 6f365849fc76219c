package main

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

const group = "notification-consumers"

// passportLoop is the consumer of the passport's example: ten entries at a time, one job
// after another, one acknowledgement after another.
func passportLoop(ctx context.Context, addr, stream string, n int) error {
	rdb := redis.NewClient(&redis.Options{Addr: addr})
	defer rdb.Close()
	client := asynq.NewClient(asynq.RedisClientOpt{Addr: addr})
	defer client.Close()
	if err := rdb.XGroupCreateMkStream(ctx, stream, group, "0").Err(); err != nil {
		return err
	}
	for done := 0; done < n; {
		read, err := rdb.XReadGroup(ctx, &redis.XReadGroupArgs{
			Group: group, Consumer: "notify-instance-1", Streams: []string{stream, ">"}, Count: 10, Block: time.Second,
		}).Result()
		if errors.Is(err, redis.Nil) {
			continue
		}
		if err != nil {
			return err
		}
		for _, m := range read[0].Messages {
			if err := threeTasks(ctx, client, m.Values); err != nil {
				return err
			}
			if err := rdb.XAck(ctx, stream, group, m.ID).Err(); err != nil {
				return err
			}
			done++
		}
	}
	return nil
}

// threeTasks enqueues a job for each channel, as asynq's README shows.
func threeTasks(ctx context.Context, client *asynq.Client, event map[string]any) error {
	payload, err := json.Marshal(event)
	if err != nil {
		return err
	}
	for _, kind := range []string{"notification:email", "notification:telegram", "notification:push"} {
		if _, err := client.EnqueueContext(ctx, asynq.NewTask(kind, payload), asynq.MaxRetry(5), asynq.Timeout(30*time.Second)); err != nil {
			return err
		}
	}
	return nil
}

// bareFanOut enqueues the same jobs without any stream.
func bareFanOut(ctx context.Context, addr string, s story, n int) error {
	client := asynq.NewClient(asynq.RedisClientOpt{Addr: addr})
	defer client.Close()
	for i := range n {
		event := map[string]any{}
		for f := s.fields(i); len(f) > 0; f = f[2:] {
			event[f[0]] = f[1]
		}
		if err := threeTasks(ctx, client, event); err != nil {
			return err
		}
	}
	return nil
}

// bareWorkOff works n jobs off with one server as asynq's README configures it and a handler
// that does nothing. The caller stops it: its stop is no part of the measure.
func bareWorkOff(ctx context.Context, addr string, n int) (stop func(), err error) {
	server := asynq.NewServer(asynq.RedisClientOpt{Addr: addr}, asynq.Config{Concurrency: 10, LogLevel: asynq.FatalLevel})
	var done atomic.Int64
	err = server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error { done.Add(1); return nil }))
	if err != nil {
		return func() {}, err
	}
	return server.Shutdown, reach(ctx, &done, n)
}
