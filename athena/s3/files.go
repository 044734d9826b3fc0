package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"stedi/athena/account"
	"stedi/pipeline"
)

// Open opens an object. All bytes are of one version, even if the object
// changes during the read.
func (s *Store) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := ready(ctx, name); err != nil {
		return nil, err
	}
	object, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: s.key(name)})
	if err != nil {
		return nil, s.explain(err, "open", name)
	}
	return object.Body, nil
}

// Put writes content to name.
func (s *Store) Put(ctx context.Context, name string, content []byte) error {
	if err := s.mayWrite(ctx, name); err != nil {
		return err
	}
	_, err := s.put(ctx, &s3.PutObjectInput{Bucket: &s.bucket, Key: s.key(name)}, bytes.NewReader(content))
	return s.explain(err, "write", name)
}

// copySource returns an object as the source of a copy. S3 decodes it like a
// query, so that a plain + would mean a space.
func copySource(bucket, key string) string {
	return strings.ReplaceAll(url.PathEscape(bucket+"/"+key), "+", "%2B")
}

// copyLimit is the largest object that S3 copies in one request.
const copyLimit = 5 << 30

// Keep copies a file inside the bucket.
func (s *Store) Keep(ctx context.Context, file pipeline.File, to string) (pipeline.File, error) {
	return file, s.Copy(ctx, file.Name, to)
}

// Copy copies a file inside S3. An object of more than 5 GiB is copied in
// parts.
func (s *Store) Copy(ctx context.Context, from, to string) error {
	if err := ready(ctx, from); err != nil {
		return err
	}
	if err := s.mayWrite(ctx, to); err != nil {
		return err
	}
	file, _, err := s.stat(ctx, from)
	if err != nil {
		return err
	}
	source := aws.String(copySource(s.bucket, *s.key(from)))
	if file.Size > copyLimit {
		err := s.multipart(ctx, to, file.Size, conditions{}, func(ctx context.Context, _ int32, part *s3.UploadPartInput, offset, size int64) (types.CompletedPart, error) {
			out, err := s.client.UploadPartCopy(ctx, &s3.UploadPartCopyInput{
				Bucket: part.Bucket, Key: part.Key, UploadId: part.UploadId, PartNumber: part.PartNumber, CopySource: source,
				CopySourceIfMatch: &file.Version, CopySourceRange: aws.String(fmt.Sprintf("bytes=%d-%d", offset, offset+size-1)),
			})
			if err != nil {
				return types.CompletedPart{}, err
			}
			return types.CompletedPart{PartNumber: part.PartNumber, ETag: out.CopyPartResult.ETag}, nil
		})
		return s.explain(err, "copy "+s.URL(from)+" to", to)
	}
	_, err = s.client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: &s.bucket, Key: s.key(to), CopySource: source})
	return s.explain(err, "copy "+s.URL(from)+" to", to)
}

// deleteBatch is the largest number of objects per delete request.
const deleteBatch = 1000

// Delete removes an object, and all objects below it.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := s.mayWrite(ctx, name); err != nil {
		return err
	}
	if err := s.deleteAll(ctx, []types.ObjectIdentifier{{Key: s.key(name)}}); err != nil {
		return s.explain(err, "delete", name)
	}
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: s.key(name + "/"), MaxKeys: aws.Int32(deleteBatch)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return account.Explain(err, "list "+s.URL(name))
		}
		var doomed []types.ObjectIdentifier
		for _, object := range page.Contents {
			doomed = append(doomed, types.ObjectIdentifier{Key: object.Key})
		}
		if err := s.deleteAll(ctx, doomed); err != nil {
			return s.explain(err, "delete", name)
		}
	}
	return nil
}

// deleteAll deletes objects, in a versioned bucket also their old versions. It
// also reports errors of single objects in a response with status 200.
func (s *Store) deleteAll(ctx context.Context, doomed []types.ObjectIdentifier) error {
	if len(doomed) == 0 {
		return nil
	}
	if len(doomed) == 1 {
		return remove(ctx, s.client, s.bucket, *doomed[0].Key)
	}
	out, err := s.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &s.bucket, Delete: &types.Delete{Objects: doomed}})
	if account.Is(err, "MissingContentMD5", "NotImplemented") || unknownChecksum(err) {
		for _, one := range doomed { // a server that wants another checksum of the list
			if err := remove(ctx, s.client, s.bucket, *one.Key); err != nil {
				return err
			}
		}
		return nil
	}
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range out.Errors {
		name := strings.TrimPrefix(aws.ToString(e.Key), s.prefix)
		kind, fix := pipeline.BadEngine, "Run again."
		if aws.ToString(e.Code) == "AccessDenied" {
			kind, fix = pipeline.Denied, "Let this identity delete there."
		}
		errs = append(errs, pipeline.Fail(kind, "", fix, "delete %s: %s: %s", s.URL(name), aws.ToString(e.Code), account.Redact(aws.ToString(e.Message))))
	}
	marked := map[string]bool{}
	for _, d := range out.Deleted {
		if aws.ToBool(d.DeleteMarker) {
			marked[aws.ToString(d.Key)] = true
		}
	}
	return errors.Join(append(errs, purge(ctx, s.client, s.bucket, common(doomed), marked))...)
}

// common is the longest common beginning of keys.
func common(objects []types.ObjectIdentifier) string {
	prefix := aws.ToString(objects[0].Key)
	for _, o := range objects {
		for !strings.HasPrefix(aws.ToString(o.Key), prefix) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	return strings.ToValidUTF8(prefix, "")
}

// remove deletes an object. S3 marks it as deleted if it keeps its versions, which
// are then deleted, too.
func remove(ctx context.Context, client *s3.Client, bucket, key string) error {
	out, err := client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: &key})
	if err != nil || !aws.ToBool(out.DeleteMarker) {
		return err
	}
	return purge(ctx, client, bucket, key, map[string]bool{key: true})
}
