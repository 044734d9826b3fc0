package query

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"sync"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/frames"
)

// child is the parent's handle of the query process. Only the caller that has
// the turn may use it.
type child struct {
	cmd    *exec.Cmd
	in     *os.File // stdin of the process
	out    *os.File // stdout of the process
	answer *bufio.Reader
	exited chan struct{} // closed when the process has exited
	tables int           // version of the tables that were sent to it
	ready  readyMessage
	asks   func(frames.Kind) // see Options

	write sync.Mutex // a stop may be sent during the write of a question
	mu    sync.Mutex
	cause error // why the parent killed it
}

const (
	// startTime bounds the start of a child.
	startTime = 20 * time.Second
	// grace is how long a child may take to cancel a query before it is killed.
	grace = 500 * time.Millisecond
	// warmTime is how long a cancelled query may have run for its process to be
	// reused.
	warmTime = time.Second
	// watchInterval is the interval of the memory checks.
	watchInterval = 50 * time.Millisecond
)

// start starts a child and waits until it has confined itself.
func start(ctx context.Context, root string, options Options) (*child, error) {
	program, err := executable()
	if err != nil {
		return nil, noChild(err)
	}
	c, err := spawn(ctx, program, childArgument)
	if err != nil {
		return nil, noChild(err)
	}
	if options.Nice > 0 {
		_ = behind(c.cmd.Process.Pid, options.Nice) // only the priority is affected
	}
	c.asks = options.asks
	if options.started != nil {
		options.started(c)
	}
	starting := newBudget(startTime)
	answer, err := c.ask(ctx, kindInit, initMessage{root, options.Also, options.Memory, options.Threads}, &starting)
	if err == nil {
		err = answer.Decode(kindReady, &c.ready)
	}
	if err != nil {
		c.end(nil)
		return nil, noChild(err)
	}
	return c, nil
}

// spawn starts a program that communicates over its stdin and stdout. It
// inherits no environment, working directory or terminal.
func spawn(ctx context.Context, program string, args ...string) (*child, error) {
	c := &child{exited: make(chan struct{})}
	// The process outlives the query that starts it.
	c.cmd = exec.CommandContext(context.WithoutCancel(ctx), program, args...)
	c.cmd.Env = []string{}
	c.cmd.Dir = string(os.PathSeparator)
	c.cmd.SysProcAttr = apart()
	childIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	out, childOut, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, childIn.Close(), in.Close())
	}
	c.in, c.out, c.answer = in, out, bufio.NewReaderSize(out, 64<<10)
	c.cmd.Stdin, c.cmd.Stdout = childIn, childOut
	err = c.cmd.Start()
	if err = errors.Join(err, childIn.Close(), childOut.Close()); err != nil {
		return nil, errors.Join(err, in.Close(), out.Close())
	}
	go func() {
		defer close(c.exited)
		_ = c.cmd.Wait() // ProcessState holds the exit status
	}()
	return c, nil
}

func noChild(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return pipeline.Fail(pipeline.BadEngine, "", "Run the query again; if it fails again, the machine may be short of memory or processes.", "the query process does not start: %w", err)
}

func (c *child) alive() bool {
	select {
	case <-c.exited:
		return false
	default:
		return true
	}
}

// kill kills the process. The first cause is kept.
func (c *child) kill(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == nil {
		c.cause = cause
	}
	_ = c.cmd.Process.Kill() // it may have exited already
}

// end kills the process and waits until it has exited and its resources are
// released.
func (c *child) end(cause error) {
	c.kill(cause)
	<-c.exited
	_ = c.in.Close() // the pipe has no reader any more
	_ = c.out.Close()
}

// result is the result of one question.
type result struct {
	frame frames.Frame
	err   error
}

// ask sends a question and waits for the answer, at most as long as the budget
// lasts. When ctx ends the child gets a cancel request, and is killed if it does not
// within the grace, or has worked for so long that it may hold much memory. An answer that is a fault comes back as the error.
func (c *child) ask(ctx context.Context, k frames.Kind, message any, b *budget) (frames.Frame, error) {
	payload, err := json.Marshal(message)
	if err != nil {
		return frames.Frame{}, err
	}
	if err := ctx.Err(); err != nil {
		return frames.Frame{}, err
	}
	answered := make(chan result, 1)
	go func() {
		f, err := c.exchange(k, payload)
		answered <- result{f, err}
	}()
	clock := b.start()
	defer clock.stop()
	for {
		select {
		case r := <-answered:
			return c.judge(r)
		case <-ctx.Done():
			if clock.spent(); b.whole-b.left > warmTime {
				c.end(context.Canceled)
				<-answered
			} else {
				c.cancel(answered)
			}
			return frames.Frame{}, ctx.Err()
		case <-clock.tick.C:
			if clock.spent(); b.left <= 0 {
				c.end(over(&LimitError{What: limitTime, Time: b.whole}))
				return c.judge(<-answered)
			}
		}
	}
}

// exchange writes a question and reads the answer.
func (c *child) exchange(k frames.Kind, payload []byte) (frames.Frame, error) {
	if c.asks != nil {
		c.asks(k)
	}
	if err := c.send(k, payload); err != nil {
		return frames.Frame{}, err
	}
	return frames.Read(c.answer)
}

func (c *child) send(k frames.Kind, payload []byte) error {
	c.write.Lock()
	defer c.write.Unlock()
	return frames.Write(c.in, k, payload)
}

// judge makes an error of what is not an answer.
func (c *child) judge(r result) (frames.Frame, error) {
	if r.err != nil {
		return frames.Frame{}, c.exitError(r.err)
	}
	if r.frame.Kind != kindFault {
		return r.frame, nil
	}
	var m faultMessage
	if err := r.frame.Decode(kindFault, &m); err != nil {
		return frames.Frame{}, c.protocolError(err)
	}
	if m.Query != nil {
		return frames.Frame{}, &duckdb.QueryError{Type: m.Query.Type, Message: m.Query.Message, Position: m.Query.Position, Candidates: m.Query.Candidates, Running: m.Query.Running}
	}
	return frames.Frame{}, m.Err()
}

// exitError explains why the child has exited.
func (c *child) exitError(err error) error {
	c.mu.Lock()
	cause := c.cause
	c.mu.Unlock()
	ended := !c.alive()
	if !ended && cause == nil {
		// The pipe closes a moment before the exit can be awaited. If the child
		// does not exit, it sent an invalid message.
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-c.exited:
			ended = true
		case <-timer.C:
		}
	}
	c.end(err)
	switch {
	case cause != nil:
		return cause
	case ended:
		return pipeline.Fail(pipeline.BadEngine, "", "Reduce the query: the machine may be short of memory.", "the query process ended: %s", c.cmd.ProcessState)
	default:
		return c.protocolError(err)
	}
}

// protocolError ends a child that violates the protocol.
func (c *child) protocolError(err error) error {
	c.end(err)
	return frames.ProtocolError("query", "Run the query again.", err)
}

// cancel requests a cancellation, and kills the child if it does not answer.
func (c *child) cancel(answered <-chan result) {
	stopped := make(chan error, 1)
	go func() {
		err := c.send(kindStop, nil)
		if r := <-answered; err == nil {
			err = r.err
		}
		if err == nil {
			_, err = frames.Read(c.answer)
		}
		stopped <- err
	}()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case err := <-stopped:
		if err != nil {
			c.end(err)
		}
	case <-timer.C:
		c.end(context.Canceled)
		c.kill(<-stopped) // the pipes are closed, so the result arrives
	}
}

// watch kills the child when its memory exceeds the limit. Call stop to end the
// checks.
func (c *child) watch(limit int64) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(watchInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
			case <-c.exited:
				return
			case <-quit:
				return
			}
			if used, ok := memoryOf(c.cmd.Process.Pid); ok && used > limit {
				c.kill(over(&LimitError{What: limitMemory, Bytes: limit}))
				return
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(quit)
		<-done
	})
}
