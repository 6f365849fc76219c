package notify

import "errors"

// ErrUnavailable says that a part we depend on does not answer: it is not the event's
// fault. The entry stays pending, and its tries are not held against it.
var ErrUnavailable = errors.New("unavailable")
