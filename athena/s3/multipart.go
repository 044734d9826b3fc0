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

// The SDK's own manager of uploads does not say which upload it has begun
// before that ends, so nothing could clean up after a killed process. Here each
// is recorded in the lake before its first part.

const (
	uploadsAtOnce = 4
	maxParts      = 10_000
	abortLimit    = 20 * time.Second
)

// conditions are what a write demands of the object that it replaces.
type conditions struct {
	match     *string // its ETag
	noneMatch *string // "*": it does not exist
	token     string  // identifies our own write
}

// recordedUpload is a multipart upload that was begun and has not ended.
type recordedUpload struct {
	Key    string `json:"key"`
	Upload string `json:"upload"`
}

type uploadPart func(ctx context.Context, part *s3.UploadPartInput, offset, size int64) (types.CompletedPart, error)

// multipart writes an object in parts; on any way out nothing of it remains
// but the object.
func (s *Store) multipart(ctx context.Context, name string, size int64, when conditions, send uploadPart) error {
	begun, err := s.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: &s.bucket, Key: s.key(name), Metadata: when.metadata(), ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme,
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
		err = s.sendParts(ctx, upload, size, when, send)
	}
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortLimit)
	defer cancel()
	if err != nil {
		// What fails here the next sweep does.
		return errors.Join(err, s.abort(after, upload, record))
	}
	return s.Delete(after, record)
}

func (s *Store) sendParts(ctx context.Context, upload recordedUpload, size int64, when conditions, send uploadPart) error {
	partSize := max(s.part, (size+maxParts-1)/maxParts)
	parts := make([]types.CompletedPart, (size+partSize-1)/partSize)
	group, sending := errgroup.WithContext(ctx)
	group.SetLimit(uploadsAtOnce)
	for i := range parts {
		offset := int64(i) * partSize
		group.Go(func() (err error) {
			parts[i], err = send(sending, &s3.UploadPartInput{
				Bucket: &s.bucket, Key: &upload.Key, UploadId: &upload.Upload, PartNumber: aws.Int32(int32(i) + 1), // at most maxParts
				ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme,
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

// abort forgets an upload. One that has ended in the meantime is forgotten
// already.
func (s *Store) abort(ctx context.Context, upload recordedUpload, record string) error {
	_, err := s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &s.bucket, Key: &upload.Key, UploadId: &upload.Upload})
	if err != nil && !account.Is(err, "NoSuchUpload") {
		return account.Explain(err, "abort the upload of "+path.Base(upload.Key))
	}
	return s.Delete(ctx, record)
}

// sweepUploads aborts the uploads that killed processes left behind. Uploads
// of others are not recorded, and left alone.
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
