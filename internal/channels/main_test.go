package channels_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/notify"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stub is a provider that answers what it is told to.
type stub struct {
	answer func(ctx context.Context) error
	calls  int
}

func (s *stub) Send(ctx context.Context, _ notify.Address, _ notify.Message) (notify.Receipt, error) {
	s.calls++
	if s.answer != nil {
		if err := s.answer(ctx); err != nil {
			return notify.Receipt{}, err
		}
	}
	return notify.Receipt{Provider: "stub", ID: "1"}, nil
}

func answers(err error) *stub {
	return &stub{answer: func(context.Context) error { return err }}
}

func fault(f notify.Fault) error {
	return &notify.SendError{Fault: f, Provider: "stub", Err: errors.New("no")}
}

func throttled(after time.Duration) error {
	return &notify.SendError{Fault: notify.Throttled, Provider: "stub", RetryAfter: after, Err: errors.New("slow down")}
}

// postponed returns the wait and reason of err, which must be a postponement.
func postponed(t *testing.T, err error) *notify.Postponed {
	t.Helper()
	p, ok := errors.AsType[*notify.Postponed](err)
	if !ok {
		t.Fatalf("error %v: want a *notify.Postponed", err)
	}
	return p
}
