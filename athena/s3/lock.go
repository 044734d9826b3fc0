package s3

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"stedi/pipeline"
)

// The lock is an object that its holder writes again now and then. It is free
// when it does not exist, when it names no holder, or when S3's own clock says that
// it was not renewed for longer than it promises. The next holder replaces
// exactly what was found, so that one of many gets it.

const (
	maxLockText = 64 << 10
	// renewals is how often a lease is renewed in its time, so that one lost
	// renewal or two do no harm.
	renewals = 4
)

// lease is what the lock's object says.
type lease struct {
	Holder  *pipeline.Holder `json:"holder,omitempty"` // nil: free
	Seconds float64          `json:"lease_seconds"`
	// Beat counts the renewals, so that each of them is an object of its own:
	// an ETag is nothing but a hash of the content.
	Beat int `json:"beat"`
}

// seenLease is a lease as it was found.
type seenLease struct {
	lease
	etag string
	age  time.Duration // by the server's clock
}

// held reports whether a live process has the lock.
func (l *seenLease) held(host string) bool {
	if l == nil || l.Holder == nil || l.age.Seconds() > l.Seconds {
		return false
	}
	return l.Holder.Host != host || !dead(l.Holder.PID)
}

// Holder returns the lock holder, or nil.
func (s *Store) Holder(ctx context.Context) (*pipeline.Holder, error) {
	found, err := s.readLease(ctx)
	if err != nil || !found.held(s.host) {
		return nil, err
	}
	return found.Holder, nil
}

// Lock takes the lake for holder, for as long as it is renewed. If that fails
// for too long and another user takes it over, nothing more can be written
// through this store.
func (s *Store) Lock(ctx context.Context, holder pipeline.Holder) (func() error, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("lock %s: %w", s.URL(""), err)
	}
	etag, err := s.take(ctx, holder)
	if err != nil {
		return nil, err
	}
	s.lost.Store(false)
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan string, 1)
	go func() { done <- s.renew(renewing, holder, etag) }()
	return sync.OnceValue(func() error {
		stop()
		etag := <-done
		if s.lost.Load() {
			return nil // it is another's now
		}
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.lease)
		defer cancel()
		if _, err := s.writeLease(after, lease{}, &etag); err != nil && !refused(err) {
			return s.explain(err, "unlock", lockName)
		}
		return nil
	}), nil
}

// take returns the ETag of the lease that is now the holder's.
func (s *Store) take(ctx context.Context, holder pipeline.Holder) (string, error) {
	other := pipeline.Holder{Run: "unknown", Host: "unknown"}
	// Each time another user was quicker: one of them has it, or has released it.
	for range 5 {
		found, err := s.readLease(ctx)
		if err != nil {
			return "", err
		}
		if found.held(s.host) {
			return "", &pipeline.LockedError{Holder: *found.Holder}
		}
		var replaced *string
		if found != nil {
			replaced = &found.etag
		}
		etag, err := s.writeLease(ctx, lease{Holder: &holder, Seconds: s.lease.Seconds()}, replaced)
		if err == nil {
			return etag, nil
		}
		if !refused(err) {
			return "", s.explain(err, "lock", lockName)
		}
		// A lost reply: what was refused may be the second try of our own.
		if now, err := s.readLease(ctx); err == nil && now != nil && now.Holder != nil {
			if other = *now.Holder; other.Run == holder.Run && other.PID == holder.PID && other.Host == holder.Host && other.Since.Equal(holder.Since) {
				return now.etag, nil
			}
		}
	}
	return "", &pipeline.LockedError{Holder: other}
}

// renew writes the lease again until ctx ends, and returns its last ETag.
func (s *Store) renew(ctx context.Context, holder pipeline.Holder, etag string) string {
	ticks := time.NewTicker(s.lease / renewals)
	defer ticks.Stop()
	for beat := 1; ; beat++ {
		select {
		case <-ctx.Done():
			return etag
		case <-ticks.C:
		}
		// Once begun it is not cut off, so that its outcome is known.
		try, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.lease/renewals)
		renewed, err := s.writeLease(try, lease{Holder: &holder, Seconds: s.lease.Seconds(), Beat: beat}, &etag)
		if err == nil {
			etag = renewed
		} else if now, readErr := s.readLease(try); refused(err) && readErr == nil {
			if now == nil || now.Holder == nil || now.Holder.Run != holder.Run || now.Holder.PID != holder.PID || now.Holder.Host != holder.Host {
				s.lost.Store(true)
				cancel()
				return etag
			}
			etag = now.etag // our own write whose reply was lost
		}
		cancel()
	}
}

// writeLease writes the lock's object if it still is what etag says (nil: not
// there), and returns its new ETag.
func (s *Store) writeLease(ctx context.Context, l lease, etag *string) (string, error) {
	text, err := json.Marshal(l)
	if err != nil {
		return "", err
	}
	input := &s3.PutObjectInput{Bucket: &s.bucket, Key: s.key(lockName), Body: bytes.NewReader(append(text, '\n')), IfMatch: etag}
	if etag == nil {
		input.IfNoneMatch = aws.String("*")
	}
	out, err := s.client.PutObject(ctx, input)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ETag), nil
}

// readLease returns nil if there is no lock.
func (s *Store) readLease(ctx context.Context) (_ *seenLease, err error) {
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: s.key(lockName)})
	if err = s.explain(err, "read", lockName); errors.Is(err, fs.ErrNotExist) {
		return nil, nil // no lock is not an error
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, out.Body.Close()) }()
	text, err := io.ReadAll(io.LimitReader(out.Body, maxLockText))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.URL(lockName), err)
	}
	found := &seenLease{etag: aws.ToString(out.ETag)}
	if err := json.Unmarshal(text, &found.lease); err != nil {
		return nil, pipeline.Fail(pipeline.Conflict, "", "Delete it if no run is under way.", "%s is not a lock of stedi: %w", s.URL(lockName), err)
	}
	if answer, ok := middleware.GetRawResponse(out.ResultMetadata).(*smithyhttp.Response); ok {
		if now, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
			found.age = now.Sub(aws.ToTime(out.LastModified))
		}
	}
	return found, nil
}
