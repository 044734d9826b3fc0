package query

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/duckdb"
)

// child is the process that answers, seen from here. It is used by the caller that has
// the turn.
type child struct {
	cmd    *exec.Cmd
	in     *os.File // its stdin
	out    *os.File // its stdout
	answer *bufio.Reader
	exited chan struct{} // closed when the process has exited
	tables int           // version of the tables that it knows
	ready  readyMessage

	write sync.Mutex // a stop may be sent while a question is being written
	mu    sync.Mutex
	cause error // why we ended it
}

const (
	// startTime is how long a child may take to be ready.
	startTime = 20 * time.Second
	// grace is how long a child may take to stop a query before it is ended.
	grace = 500 * time.Millisecond
	// warmTime is how long a stopped query may have worked for its process to
	// wait for the next one.
	warmTime = time.Second
	// watchInterval is how often its memory is looked at.
	watchInterval = 50 * time.Millisecond
)

// start makes a child and waits until it has confined itself.
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
		_ = behind(c.cmd.Process.Pid, options.Nice) // it answers all the same
	}
	if options.started != nil {
		options.started(c)
	}
	starting := newBudget(startTime)
	answer, err := c.ask(ctx, kindInit, initMessage{root, options.Also, options.Memory, options.Threads}, &starting)
	if err == nil {
		err = answer.decode(kindReady, &c.ready)
	}
	if err != nil {
		c.end(nil)
		return nil, noChild(err)
	}
	return c, nil
}

// spawn starts a program that talks with us over its stdin and stdout, and
// knows nothing of us: no environment, no folder, no terminal.
func spawn(ctx context.Context, program string, args ...string) (*child, error) {
	c := &child{exited: make(chan struct{})}
	// It outlives the query that it is started for.
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
		_ = c.cmd.Wait() // how it ended is in ProcessState
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

// kill ends the process at once. The first cause is the one that counts.
func (c *child) kill(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == nil {
		c.cause = cause
	}
	_ = c.cmd.Process.Kill() // it may have exited already
}

// end makes sure that the process has exited and left nothing behind.
func (c *child) end(cause error) {
	c.kill(cause)
	<-c.exited
	_ = c.in.Close() // it has no reader any more
	_ = c.out.Close()
}

// result is what came of one question.
type result struct {
	frame frame
	err   error
}

// ask sends a question and waits for the answer, at most as long as the budget
// lasts. When ctx ends the child gets a cancel request, and is killed if it does not
// within the grace, or has worked for so long that it may hold much memory. An answer that is a fault comes back as the error.
func (c *child) ask(ctx context.Context, k kind, message any, b *budget) (frame, error) {
	payload, err := json.Marshal(message)
	if err != nil {
		return frame{}, err
	}
	if err := ctx.Err(); err != nil {
		return frame{}, err
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
			return frame{}, ctx.Err()
		case <-clock.tick.C:
			if clock.spent(); b.left <= 0 {
				c.end(over(&LimitError{What: limitTime, Time: b.whole}))
				return c.judge(<-answered)
			}
		}
	}
}

// exchange writes a question and reads the answer.
func (c *child) exchange(k kind, payload []byte) (frame, error) {
	if err := c.send(k, payload); err != nil {
		return frame{}, err
	}
	return readFrame(c.answer)
}

func (c *child) send(k kind, payload []byte) error {
	c.write.Lock()
	defer c.write.Unlock()
	return writeFrame(c.in, k, payload)
}

// judge makes an error of what is not an answer.
func (c *child) judge(r result) (frame, error) {
	if r.err != nil {
		return frame{}, c.exitError(r.err)
	}
	if r.frame.kind != kindFault {
		return r.frame, nil
	}
	var m faultMessage
	if err := r.frame.decode(kindFault, &m); err != nil {
		return frame{}, c.protocolError(err)
	}
	if m.Query != nil {
		return frame{}, &duckdb.QueryError{Type: m.Query.Type, Message: m.Query.Message, Position: m.Query.Position, Candidates: m.Query.Candidates, Running: m.Query.Running}
	}
	return frame{}, &pipeline.Failure{Kind: m.Kind, Table: m.Table, Err: errors.New(m.Text), Fix: m.Fix}
}

// exitError explains why the child has exited.
func (c *child) exitError(err error) error {
	c.mu.Lock()
	cause := c.cause
	c.mu.Unlock()
	ended := !c.alive()
	if !ended && cause == nil {
		// Its end closes the pipe a moment before it can be waited for; if it
		// does not end, it sent something else than a message.
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
	return pipeline.Fail(pipeline.BadEngine, "", "Run the query again.", "the query process sent an invalid answer: %w", err)
}

// cancel stops the running query, gently first.
func (c *child) cancel(answered <-chan result) {
	stopped := make(chan error, 1)
	go func() {
		err := c.send(kindStop, nil)
		if r := <-answered; err == nil {
			err = r.err
		}
		if err == nil {
			_, err = readFrame(c.answer)
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
		c.kill(<-stopped) // the pipes are closed, so that it comes
	}
}

// watch ends the child when it takes more memory than the limit, until stop.
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

// String is for messages.
func (k kind) String() string { return fmt.Sprintf("%c", byte(k)) }
