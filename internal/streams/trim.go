package streams

import "context"

func (r *Reader) trimForever(ctx context.Context) {}
