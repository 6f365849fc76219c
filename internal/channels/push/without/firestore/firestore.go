// Package firestore stands where the Firebase SDK wants Firestore's client, which nothing here
// uses: as much of it as the SDK needs to compile (docs/decisions/0022).
package firestore

import (
	"context"
	"errors"

	"google.golang.org/api/option"
)

// DefaultDatabaseID is the name of a project's first database.
const DefaultDatabaseID = "(default)"

// Client can't be had.
type Client struct{}

// NewClientWithDatabase always fails.
func NewClientWithDatabase(context.Context, string, string, ...option.ClientOption) (*Client, error) {
	return nil, errors.New("firestore is not part of this program")
}
