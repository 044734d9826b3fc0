package account_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"stedi/athena/account"
)

func TestAReplyIsAwaitedForAWhileAfterACancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		reply, done := account.Reply(ctx)
		defer done()
		cancel()
		<-time.After(2 * time.Second)
		synctest.Wait()
		if reply.Err() != nil {
			t.Error("the call did not wait for the answer")
		}
		<-time.After(2 * time.Second)
		synctest.Wait()
		if reply.Err() == nil {
			t.Error("the answer is waited for for ever")
		}
	})
}

func TestAfterItsAnswerNothingIsLeftOfACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		reply, done := account.Reply(ctx)
		cancel()
		done()
		synctest.Wait() // at the end the bubble must have no goroutines
		if reply.Err() == nil {
			t.Error("the call still has a context")
		}
	})
}
