package account

import (
	"context"
	"time"
)

// replyTime is how long a call may still finish after its caller has given up.
const replyTime = 3 * time.Second

// Reply returns a context for a call that begins something at AWS. It outlives
// ctx by three seconds: what a call has begun whose answer is not received runs on
// there, without a name by which it could be stopped.
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
