package s3

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"stedi/athena/account"
)

// The upload manager of the SDK returns the upload id only at the end, so
// uploads of a killed process could not be cleaned up. Here each upload is
// recorded in the lake before its first part is sent.

const (
	uploadsAtOnce = 4
	maxParts      = 10_000
	abortLimit    = 20 * time.Second
)

// conditions are the preconditions of a write.
type conditions struct {
	match     *string // ETag of the object that the write replaces
	noneMatch *string // "*": the object does not exist
	token     string  // identifies this program's write
}

// recordedUpload is a multipart upload that was started and has not ended.
type recordedUpload struct {
	Key    string `json:"key"`
	Upload string `json:"upload"`
}

type uploadPart func(ctx context.Context, level int32, part *s3.UploadPartInput, offset, size int64) (types.CompletedPart, error)

// multipart writes an object in parts, with the best checksum that the server
// has.
func (s *Store) multipart(ctx context.Context, name string, size int64, when conditions, send uploadPart) error {
	return s.summed(func(level int32) error { return s.inParts(ctx, level, name, size, when, send) })
}

// inParts writes an object in parts. On every return it removes the record, and
// after an error also the uploaded parts.
func (s *Store) inParts(ctx context.Context, level int32, name string, size int64, when conditions, send uploadPart) error {
	begun, err := s.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: &s.bucket, Key: s.key(name), Metadata: when.metadata(), ChecksumAlgorithm: algorithm(level),
	})
	if err != nil {
		return err
	}
	upload := recordedUpload{Key: *s.key(name), Upload: aws.ToString(begun.UploadId)}
	record := uploads + "/" + rand.Text() + ".json"
	text, err := json.Marshal(upload)
	if err == nil {
		err = s.Put(ctx, record, text)
	}
	if err == nil {
		err = s.sendParts(ctx, level, upload, size, when, send)
	}
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortLimit)
	defer cancel()
	if err != nil {
		// If abort fails, the next sweep repeats it.
		return errors.Join(err, s.abort(after, upload, record))
	}
	return s.Delete(after, record)
}

func (s *Store) sendParts(ctx context.Context, level int32, upload recordedUpload, size int64, when conditions, send uploadPart) error {
	partSize := max(s.part, (size+maxParts-1)/maxParts)
	parts := make([]types.CompletedPart, (size+partSize-1)/partSize)
	group, sending := errgroup.WithContext(ctx)
	group.SetLimit(uploadsAtOnce)
	for i := range parts {
		offset := int64(i) * partSize
		group.Go(func() (err error) {
			parts[i], err = send(sending, level, &s3.UploadPartInput{
				Bucket: &s.bucket, Key: &upload.Key, UploadId: &upload.Upload, PartNumber: aws.Int32(int32(i) + 1), // at most maxParts
				ChecksumAlgorithm: algorithm(level),
			}, offset, min(partSize, size-offset))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	_, err := s.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &s.bucket, Key: &upload.Key, UploadId: &upload.Upload, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
		IfMatch: when.match, IfNoneMatch: when.noneMatch,
	})
	return err
}

// abort aborts an upload and deletes its record. An upload that has already
// ended is not an error.
func (s *Store) abort(ctx context.Context, upload recordedUpload, record string) error {
	_, err := s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &s.bucket, Key: &upload.Key, UploadId: &upload.Upload})
	if err != nil && !account.Is(err, "NoSuchUpload") {
		return account.Explain(err, "abort the upload of "+path.Base(upload.Key))
	}
	return s.Delete(ctx, record)
}

// sweepUploads aborts the uploads of killed processes. It does not touch
// uploads of other programs, because they are not recorded.
func (s *Store) sweepUploads(ctx context.Context) error {
	records, err := s.List(ctx, uploads)
	if err != nil {
		return err
	}
	for _, record := range records {
		var upload recordedUpload
		if err := s.readJSON(ctx, record.Name, &upload); err != nil {
			return err
		}
		if err := s.abort(ctx, upload, record.Name); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) readJSON(ctx context.Context, name string, v any) (err error) {
	in, err := s.Open(ctx, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	if err := json.NewDecoder(in).Decode(v); err != nil {
		return fmt.Errorf("%s: %w", s.URL(name), err)
	}
	return nil
}
