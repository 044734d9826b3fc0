package main

import (
	"reflect"
	"sync"
	"time"
	"unsafe"

	tea "charm.land/bubbletea/v2"
)

// The UI library looks for a new frame at a fixed rate, also while nothing
// happens. That takes 1 % of a core at framesPerSecond.
const (
	quickFrame = 4 * time.Millisecond   // while something happens: the wait of a key is at most this long
	slowFrame  = 250 * time.Millisecond // otherwise
	quietAfter = 150 * time.Millisecond // after the last message
)

// pace makes the library look for frames quickly after a message, and slowly
// while there is none.
type pace struct {
	ticker *time.Ticker // of the library; nil: its pace stays

	mu   sync.Mutex
	last time.Time // of the last message
	slow bool
	rest *time.Timer
}

// paceOf returns the pace of a program that has started. If the library keeps its
// ticker elsewhere, it changes nothing.
func paceOf(screen *tea.Program) *pace {
	p := &pace{slow: true}
	field := reflect.ValueOf(screen).Elem().FieldByName("ticker")
	if field.IsValid() && field.Type() == reflect.TypeFor[*time.Ticker]() {
		p.ticker = *(**time.Ticker)(unsafe.Pointer(field.UnsafeAddr()))
	}
	return p
}

// quicken is called for every message. A ticker that is quick already is not
// reset: messages in quick succession would hold it back.
func (p *pace) quicken() {
	if p.ticker == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last = time.Now(); p.slow {
		p.slow = false
		p.ticker.Reset(quickFrame)
		p.rest = time.AfterFunc(quietAfter, p.relax)
	}
}

// relax slows down if there was no message for a while.
func (p *pace) relax() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if left := quietAfter - time.Since(p.last); left > 0 {
		p.rest.Reset(left)
		return
	}
	p.slow = true
	p.ticker.Reset(slowFrame)
}
