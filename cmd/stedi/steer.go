package main

import (
	"bufio"
	"context"
	"errors"
	"strings"

	"stedi/pipeline"
)

// A run that the screens have started is steered over its stdin: a line
// "cancel TABLE" cancels one step, and the end of the stream the whole run, so
// that none continues after its screen is gone.
const cancelWord = "cancel "

// steered reads requests of the parent process. The context ends with
// the stream.
func (p *program) steered(ctx context.Context) (context.Context, <-chan string, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	cancels := make(chan string, 16)
	go func() { // runs until the process exits, because a read from a pipe cannot be cancelled
		lines := bufio.NewScanner(p.stdin)
		for lines.Scan() {
			if table, ok := strings.CutPrefix(lines.Text(), cancelWord); ok {
				select {
				case cancels <- table:
				case <-ctx.Done():
				}
			}
		}
		cancel(&pipeline.Failure{Kind: pipeline.Cancelled, Err: errors.New("cancelled: the parent process exited"), Fix: "No table was left half written; run again to continue."})
	}()
	return ctx, cancels, func() { cancel(nil) }
}
