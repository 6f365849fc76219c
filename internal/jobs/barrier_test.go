package jobs

import (
	"errors"
	"strconv"
	"testing"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

func TestBarrierSeesWhetherReplicasHaveIt(t *testing.T) {
	master := redistest.Start(t)
	client := master.Client()
	if err := NewBarrier(client, 1).Wait(t.Context()); !errors.Is(err, notify.ErrUnavailable) {
		t.Errorf("without a replica: %v", err)
	}
	replica := redistest.Start(t)
	if err := replica.Client().ReplicaOf(t.Context(), "127.0.0.1", strconv.Itoa(master.Port())).Err(); err != nil {
		t.Fatal(err)
	}
	await(t, "the replica follows", func() bool { return NewBarrier(client, 1).Wait(t.Context()) == nil })
	client.Set(t.Context(), "a", 1, 0)
	if err := NewBarrier(client, 1).Wait(t.Context()); err != nil {
		t.Errorf("with a replica: %v", err)
	}
	replica.Freeze()
	defer replica.Thaw()
	client.Set(t.Context(), "a", 2, 0)
	if err := NewBarrier(client, 1).Wait(t.Context()); !errors.Is(err, notify.ErrUnavailable) {
		t.Errorf("with a frozen replica: %v", err)
	}
}
