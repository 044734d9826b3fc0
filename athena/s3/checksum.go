package s3

import (
	"context"
	"crypto/md5" //nolint:gosec // S3 compares what arrives with it; it protects nothing else
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"stedi/athena/account"
)

// Checksums that a server compares an upload with, the best first. S3 has all of
// them; a server without one refuses it, and the next one is used from then on.
const (
	crc64 int32 = iota // of the whole object, also of one that is sent in parts
	crc32
	contentMD5 // of each request, which all servers know
)

// algorithm is the checksum of the SDK, or "" for Content-MD5.
func algorithm(level int32) types.ChecksumAlgorithm {
	switch level {
	case crc64:
		return types.ChecksumAlgorithmCrc64nvme
	case crc32:
		return types.ChecksumAlgorithmCrc32
	default:
		return ""
	}
}

// plainly lets the SDK add no checksum of its own.
func plainly(level int32) func(*s3.Options) {
	return func(o *s3.Options) {
		if level == contentMD5 {
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		}
	}
}

// summed sends a request with the best checksum that the server has.
func (s *Store) summed(send func(level int32) error) error {
	for {
		level := s.checksum.Load()
		err := send(level)
		if level == contentMD5 || !unknownChecksum(err) {
			return err
		}
		s.checksum.CompareAndSwap(level, level+1)
	}
}

// unknownChecksum reports whether a server refused a request because of its
// checksum, and not because the checksum is wrong.
func unknownChecksum(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return false
	}
	if status(err) == http.StatusNotImplemented || api.ErrorCode() == "NotImplemented" {
		return true
	}
	text := strings.ToLower(api.ErrorMessage())
	about := strings.Contains(text, "checksum") || strings.Contains(text, "content-sha256") || strings.Contains(text, "streaming-unsigned-payload-trailer")
	return about && account.Is(err, "InvalidRequest", "InvalidArgument", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch", "InvalidDigest")
}

// put sends an object in one request.
func (s *Store) put(ctx context.Context, input *s3.PutObjectInput, body io.ReadSeeker) (out *s3.PutObjectOutput, err error) {
	return out, s.summed(func(level int32) error {
		if _, err = body.Seek(0, io.SeekStart); err != nil {
			return err
		}
		input.ChecksumAlgorithm, input.Body, input.ContentMD5 = algorithm(level), body, nil
		if level == contentMD5 {
			if input.ContentMD5, err = md5Of(body); err != nil {
				return err
			}
		}
		out, err = s.client.PutObject(ctx, input, plainly(level))
		return err
	})
}

// sendPart sends a part of an upload, and describes it for its completion.
func (s *Store) sendPart(ctx context.Context, level int32, part *s3.UploadPartInput, body io.ReadSeeker) (done types.CompletedPart, err error) {
	part.Body = body
	if level == contentMD5 {
		if part.ContentMD5, err = md5Of(body); err != nil {
			return done, err
		}
	}
	out, err := s.client.UploadPart(ctx, part, plainly(level))
	if err != nil {
		return done, err
	}
	return types.CompletedPart{PartNumber: part.PartNumber, ETag: out.ETag, ChecksumCRC64NVME: out.ChecksumCRC64NVME, ChecksumCRC32: out.ChecksumCRC32}, nil
}

// md5Of is the Content-MD5 of a body, which is read from its beginning again.
func md5Of(body io.ReadSeeker) (*string, error) {
	sum := md5.New() //nolint:gosec // as above
	if _, err := io.Copy(sum, body); err != nil {
		return nil, err
	}
	_, err := body.Seek(0, io.SeekStart)
	return aws.String(base64.StdEncoding.EncodeToString(sum.Sum(nil))), err
}
