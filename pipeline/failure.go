package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// Kind is why something failed, as far as a caller acts on it. Its number is
// the exit code of the program.
type Kind int

// The kinds of failure, worst last within one run: a service that failed
// outranks data that is wrong.
const (
	Done      Kind = 0 // nothing failed
	BadData   Kind = 1 // the data says no
	BadUsage  Kind = 2 // usage, configuration or definition
	BadEngine Kind = 3 // an engine, a disk or a service failed
	Denied    Kind = 4 // credentials or permission
	Conflict  Kind = 5 // locked, or changed by someone else

	// Stopped from outside: 128 and the signal's number.
	HungUp     Kind = 129
	Cancelled  Kind = 130
	Quit       Kind = 131
	Aborted    Kind = 134
	Terminated Kind = 143
)

// Failure is an error with a kind and, where there is one, a remedy.
type Failure struct {
	Kind  Kind
	Table string // the table that it is about, or ""
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

// Fail makes a failure from a message and a remedy.
func Fail(kind Kind, table, fix, format string, args ...any) *Failure {
	return &Failure{Kind: kind, Table: table, Fix: fix, Err: fmt.Errorf(format, args...)}
}

// severity orders kinds for a run in which several things failed.
var severity = map[Kind]int{Done: 0, BadData: 1, BadUsage: 2, BadEngine: 3, Conflict: 4, Denied: 5, HungUp: 6, Cancelled: 6, Quit: 6, Aborted: 6, Terminated: 6}

// KindOf says how an error ends the program. Of several errors joined the
// worst one decides.
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

// forbidden tells whether the system does not permit something.
func forbidden(err error) bool {
	return errors.Is(err, ErrReadOnly) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

// Named says in which step an error happened, unless it already says where.
func Named(table string, err error) error {
	if _, ok := errors.AsType[*Failure](err); ok {
		return err
	}
	return fmt.Errorf("%s: %w", table, err)
}
