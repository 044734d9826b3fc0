package account

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// watched cancels an attempt if no byte moves for a while. A limit for the
// whole attempt would break large files; a limit for the headers alone would
// allow a body to hang forever.
type watched struct {
	next  aws.HTTPClient
	stall time.Duration
}

// Do sends a request as one attempt.
func (w *watched) Do(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(request.Context())
	timer := time.AfterFunc(w.stall, func() { cancel(fmt.Errorf("no byte came or went for %s", w.stall)) })
	guard := &guarded{timer: timer, stall: w.stall, ctx: ctx, cancel: cancel}
	request = request.WithContext(ctx)
	if request.Body != nil && request.Body != http.NoBody {
		request.Body = &guardedBody{guarded: guard, body: request.Body}
	}
	response, err := w.next.Do(request)
	if err != nil {
		guard.end()
		return nil, guard.why(err)
	}
	response.Body = &guardedBody{guarded: guard, body: response.Body, last: true}
	return response, nil
}

// guarded is one attempt.
type guarded struct {
	timer  *time.Timer
	stall  time.Duration
	ctx    context.Context //nolint:containedctx // the context of the request, with the same lifetime
	cancel context.CancelCauseFunc
}

func (g *guarded) end() {
	g.timer.Stop()
	g.cancel(nil)
}

// why returns the cause of the cancellation, or else err.
func (g *guarded) why(err error) error {
	if cause := context.Cause(g.ctx); cause != nil && cause != g.ctx.Err() { //nolint:errorlint // the identical value
		return cause
	}
	return err
}

type guardedBody struct {
	*guarded
	body io.ReadCloser
	last bool // closing it ends the attempt
}

func (b *guardedBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	if n > 0 {
		b.timer.Reset(b.stall)
	}
	if err != nil && err != io.EOF { //nolint:errorlint // readers return io.EOF unwrapped
		err = b.why(err)
	}
	return n, err
}

func (b *guardedBody) Close() error {
	if b.last {
		defer b.end()
	}
	return b.body.Close()
}
