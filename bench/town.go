package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/vondi-global/notifications/internal/addressbook"
	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/notify"
)

// people is how many the marketplace has; events go round among them.
const people = 2000

// settle fills the address book with n people, each with an email address, a Telegram chat
// and a device, all of them members of the audiences.
func settle(ctx context.Context, client redis.UniversalClient, n int, audiences ...string) error {
	pipe, end, err := jobs.Pipe(client, true)
	if err != nil {
		return err
	}
	defer func() { _ = end() }()
	book := addressbook.New(pipe, time.Now)
	var g errgroup.Group
	g.SetLimit(200)
	for i := range n {
		g.Go(func() error {
			if err := book.Put(ctx, person(i)); err != nil {
				return err
			}
			for _, a := range audiences {
				if err := book.Join(ctx, a, userID(i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

func userID(i int) string { return strconv.Itoa(100_000 + i) }

func mailbox(i int) string { return fmt.Sprintf("b%d@example.org", i) }

// resident is the person of a mailbox.
func resident(address string) (int, bool) {
	var i int
	_, err := fmt.Sscanf(address, "b%d@", &i)
	return i, err == nil
}

func person(i int) notify.Contact {
	return notify.Contact{
		UserID: userID(i), Name: "Jelena Petrović", Email: mailbox(i), TelegramChat: strconv.Itoa(5_000_000 + i),
		Phone:      fmt.Sprintf("+38163%07d", i),
		PushTokens: []notify.PushToken{{Token: fmt.Sprintf("token-of-a-device-%d", i), Platform: "android"}},
		Locale:     []string{"sr-Latn", "sr-Cyrl", "ru", "en"}[i%4], EmailVerified: time.Unix(1_700_000_000, 0).UTC(),
	}
}

// story is an event type as its producer writes it.
type story struct {
	stream string
	fields func(i int) []string
}

// shipped tells the buyer by email, Telegram and push: three jobs.
func shipped() story { return shippedTo(people) }

// shippedTo goes round among n people.
func shippedTo(n int) story {
	return story{"listings:events:orders", func(i int) []string {
		return []string{
			"type", "order.shipped", "order_id", strconv.Itoa(1_000_000 + i), "tracking_number", fmt.Sprintf("POST%09d", i),
			"carrier", "Post Express", "buyer_id", userID(i % n), "order_number", fmt.Sprintf("ORD-2025-%d", i), "timestamp", "1734825600",
		}
	}}
}

// verified tells the user by email alone: one job. Each event is about another person.
func verified(n int) story {
	return story{"auth:events:users", func(i int) []string {
		return []string{"type", "user.phone_verified", "user_id", userID(i % n), "phone", fmt.Sprintf("+38163%07d", i%n), "timestamp", "1734825600"}
	}}
}

// registered is of high priority and brings its own contact.
func registered() story {
	return story{"auth:events:users", func(i int) []string {
		return []string{
			"type", "user.registered", "user_id", strconv.Itoa(90_000_000 + i), "email", mailbox(i), "name", "Marko",
			"locale", "sr", "verification_url", "https://vondi.rs/verify/" + strconv.Itoa(i), "timestamp", "1734825600",
		}
	}}
}

// soldOut tells the watchers of a listing by push: a broadcast.
func soldOut() story {
	return story{"listings:events:listings", func(int) []string {
		return []string{"type", "listing.sold_out", "listing_id", "100", "storefront_id", "67", "seller_id", userID(0), "timestamp", "1734825600"}
	}}
}

const watchers = "listing:100:watchers"

// write publishes events from to to, in pipelines.
func (s story) write(ctx context.Context, client redis.UniversalClient, from, to int) error {
	for ; from < to; from += 500 {
		p := client.Pipeline()
		for i := from; i < min(to, from+500); i++ {
			p.XAdd(ctx, &redis.XAddArgs{Stream: s.stream, Values: s.fields(i)})
		}
		if _, err := p.Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// one publishes one event.
func (s story) one(ctx context.Context, client redis.UniversalClient, i int) error {
	return client.XAdd(ctx, &redis.XAddArgs{Stream: s.stream, Values: s.fields(i)}).Err()
}
