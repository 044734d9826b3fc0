package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// Kind classifies a failure for callers. Its number is the exit code of the
// program.
type Kind int

// These are the kinds of failure. If several steps of a run fail, an engine
// that failed takes precedence over wrong data.
const (
	Done      Kind = 0 // nothing failed
	BadData   Kind = 1 // the data is wrong
	BadUsage  Kind = 2 // usage, configuration or definition
	BadEngine Kind = 3 // an engine, a disk or a service failed
	Denied    Kind = 4 // credentials or permission
	Conflict  Kind = 5 // locked, or changed by another process

	// Stopped by a signal: 128 plus the signal's number.
	HungUp     Kind = 129
	Cancelled  Kind = 130
	Quit       Kind = 131
	Aborted    Kind = 134
	Terminated Kind = 143
)

// Failure is an error with a kind and an optional fix.
type Failure struct {
	Kind  Kind
	Table string // the affected table, or ""
	Err   error
	Fix   string // what to do next, or ""
}

func (f *Failure) Error() string {
	text := f.Err.Error()
	if f.Table != "" {
		text = f.Table + ": " + text
	}
	if f.Fix != "" {
		text += "\n  " + f.Fix
	}
	return text
}

func (f *Failure) Unwrap() error { return f.Err }

// Fail returns a failure with a formatted message and a fix.
func Fail(kind Kind, table, fix, format string, args ...any) *Failure {
	return &Failure{Kind: kind, Table: table, Fix: fix, Err: fmt.Errorf(format, args...)}
}

// severity ranks the kinds, for runs with several failures.
var severity = map[Kind]int{Done: 0, BadData: 1, BadUsage: 2, BadEngine: 3, Conflict: 4, Denied: 5, HungUp: 6, Cancelled: 6, Quit: 6, Aborted: 6, Terminated: 6}

// KindOf returns the kind of an error, which decides the exit code. Of several
// joined errors the most severe one decides.
func KindOf(err error) Kind {
	if err == nil {
		return Done
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		worst := Done
		for _, e := range joined.Unwrap() {
			if kind := KindOf(e); severity[kind] > severity[worst] {
				worst = kind
			}
		}
		return worst
	}
	var failure *Failure
	var locked *LockedError
	switch {
	case errors.As(err, &failure):
		if forbidden(failure.Err) && severity[failure.Kind] < severity[Denied] {
			return Denied
		}
		return failure.Kind
	case errors.Is(err, context.Canceled):
		return Cancelled
	case errors.As(err, &locked), errors.Is(err, ErrChanged):
		return Conflict
	case forbidden(err):
		return Denied
	case errors.Is(err, ErrUnsafe):
		return BadUsage
	default:
		return BadEngine
	}
}

// forbidden reports whether the operating system denied an operation.
func forbidden(err error) bool {
	return errors.Is(err, ErrReadOnly) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

// Named adds the name of the step to an error that does not state it yet.
func Named(table string, err error) error {
	if _, ok := errors.AsType[*Failure](err); ok {
		return err
	}
	return fmt.Errorf("%s: %w", table, err)
}
