package account

import (
	"context"
	"time"
)

// replyTime is the time that a call may still take after its caller was
// cancelled.
const replyTime = 3 * time.Second

// Reply returns a context for a call that starts something at AWS. It outlives
// ctx by three seconds, because a started query or job without a received id
// cannot be stopped.
func Reply(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	forget := context.AfterFunc(ctx, func() {
		select {
		case <-longer.Done():
		case <-time.After(replyTime):
			cancel()
		}
	})
	return longer, func() {
		forget()
		cancel()
	}
}
