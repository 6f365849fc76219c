package addressbook

import (
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
)

// Book is the address book on the Notifications Redis. It is safe for concurrent use.
type Book struct {
	client    redis.UniversalClient
	now       func() time.Time
	lessons   map[string][]lesson
	directory *Directory
	refused   func(e notify.Event, err error)
	erasers   []Eraser
	oneNode   bool
}

// Option changes how a book works.
type Option func(*Book)

// WithDirectory makes the book ask an HTTP service for people whom it doesn't know.
func WithDirectory(d *Directory) Option { return func(b *Book) { b.directory = d } }

// WithRefused is told of facts in events that the book did not take, such as a phone
// number that nobody can call. The event goes on without them.
func WithRefused(told func(e notify.Event, err error)) Option {
	return func(b *Book) { b.refused = told }
}

// WithEraser adds a part of the platform that remembers people too: [Book.Forget] has it
// forget as well.
func WithEraser(e Eraser) Option { return func(b *Book) { b.erasers = append(b.erasers, e) } }

// WithOneNode says that the client's Redis is no Cluster: what is told of many people and things
// then goes into one script, which on a Cluster would touch many slots.
func WithOneNode() Option { return func(b *Book) { b.oneNode = true } }

// New opens the book. It keeps client, and doesn't close it.
func New(client redis.UniversalClient, now func() time.Time, options ...Option) *Book {
	b := &Book{client: client, now: now, lessons: curriculum(), refused: func(notify.Event, error) {}}
	for _, o := range options {
		o(b)
	}
	return b
}
