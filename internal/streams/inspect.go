package streams

import "context"

func (r *Reader) inspectForever(ctx context.Context) {}
