package s3_test

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"stedi/athena/awstest"
	"stedi/athena/s3"
	"stedi/pipeline"
)

// The texts are those of S3 and of servers that lack a checksum.
func TestAServerWithoutAChecksumGetsAnother(t *testing.T) {
	algorithm := func(r *http.Request) string { return strings.ToUpper(r.Header.Get("X-Amz-Sdk-Checksum-Algorithm")) }
	for name, c := range map[string]struct {
		refuses    func(r *http.Request) bool
		status     int
		code, text string
		last       string // the checksum of the last upload
	}{
		"no CRC64NVME": {
			func(r *http.Request) bool {
				return algorithm(r) == "CRC64NVME" || r.Header.Get("X-Amz-Checksum-Algorithm") == "CRC64NVME"
			}, http.StatusBadRequest,
			"InvalidRequest", "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, SHA1, SHA256]", "CRC32",
		},
		"none at all": {
			func(r *http.Request) bool {
				return algorithm(r) != "" || r.Header.Get("X-Amz-Checksum-Algorithm") != ""
			}, http.StatusNotImplemented,
			"NotImplemented", "A header you provided implies functionality that is not implemented", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			last, sum := "", ""
			l := openThrough(t, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
				if writes := r.Method == http.MethodPut || r.Method == http.MethodPost; writes && c.refuses(r) {
					awstest.RefuseWith(w, c.status, c.code, c.text)
					return
				}
				if r.Method == http.MethodPut {
					mu.Lock()
					last, sum = algorithm(r), r.Header.Get("Content-Md5")
					mu.Unlock()
				}
				pass(w, r)
			})
			l.on.Store(true)
			for file, text := range map[string]string{"small.json": "{}\n", "large.json": strings.Repeat("0123456789abcdef", 400_000)} {
				if _, err := l.faulty.Commit(t.Context(), stage(t, l.faulty, text), "customer/landing/"+file, nil); err != nil {
					t.Fatal(err)
				}
				if got := content(t, l.direct, "customer/landing/"+file); got != text {
					t.Errorf("%s has %d bytes, want %d", file, len(got), len(text))
				}
			}
			if err := l.faulty.Put(t.Context(), ".stedi/state.json", []byte("{}")); err != nil {
				t.Error(err)
			}
			if last != c.last || (sum == "") != (c.last != "") {
				t.Errorf("the last upload has the checksum %q and the sum %q", last, sum)
			}
			for _, file := range []string{"customer/landing", ".stedi/state.json"} {
				if err := l.faulty.Delete(t.Context(), file); err != nil {
					t.Error(err)
				}
			}
			if left := l.server.Keys(t, "lake"); len(left) > 0 {
				t.Errorf("left are %v", left)
			}
		})
	}
}

func TestAChecksumThatIsWrongIsNoReasonForAnother(t *testing.T) {
	var tries int
	l := openThrough(t, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		if r.Method != http.MethodPut {
			pass(w, r)
			return
		}
		tries++
		awstest.RefuseWith(w, http.StatusBadRequest, "BadDigest", "The CRC64NVME you specified did not match the calculated checksum.")
	})
	l.on.Store(true)
	if err := l.faulty.Put(t.Context(), "x.json", []byte("{}")); err == nil || tries != 1 {
		t.Errorf("sent %d times: %v", tries, err)
	}
}

func TestKeysOfAnyCharacters(t *testing.T) {
	l := openThrough(t, nil)
	names := []string{"customer/landing/a+b c.json", "customer/landing/größe 日本.json", "customer/landing/100%25&x=1;y,z'(1)!.json"}
	for _, name := range names {
		if err := l.direct.Put(t.Context(), name, []byte(name)); err != nil {
			t.Fatal(err)
		}
		if err := l.direct.Copy(t.Context(), name, "copies/"+name); err != nil {
			t.Errorf("copy %s: %v", name, err)
		}
	}
	for _, folder := range []string{"customer/landing", "copies"} {
		files, err := l.direct.List(t.Context(), folder)
		if err != nil || len(files) != len(names) {
			t.Fatalf("%v (%v)", files, err)
		}
		for _, f := range files {
			if got := content(t, l.direct, f.Name); got != strings.TrimPrefix(f.Name, "copies/") || !slices.Contains(names, got) {
				t.Errorf("%s has %q", f.Name, got)
			}
		}
		if err := l.direct.Delete(t.Context(), folder); err != nil {
			t.Error(err)
		}
	}
	if left := l.server.Keys(t, "lake"); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
}

func TestWhatABucketNeedsIsSaid(t *testing.T) {
	put := func(r *http.Request) bool { return r.Method == http.MethodPut }
	for name, c := range map[string]struct {
		when       func(r *http.Request) bool
		status     int
		code, text string
		kind       pipeline.Kind
		says       []string
	}{
		"a key that may not be used": {
			put, http.StatusForbidden, "AccessDenied",
			"User: arn:aws:iam::123456789012:user/u is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:123456789012:key/k because no identity-based policy allows the kms:GenerateDataKey action",
			pipeline.Denied,
			[]string{"Allow kms:GenerateDataKey on arn:aws:kms:us-east-1:123456789012:key/k"},
		},
		"a key that is disabled": {put, http.StatusBadRequest, "KMS.DisabledException", "arn:aws:kms:us-east-1:123456789012:key/k is disabled.", pipeline.Denied, []string{"is disabled", "Enable the key"}},
		"a session that has ended": {
			put, http.StatusBadRequest, "ExpiredToken", "The provided token has expired.", pipeline.Denied, []string{"The session ended while stedi ran", "aws sso login"},
		},
		"a request that is too old": {
			put, http.StatusForbidden, "RequestExpired", "Request has expired.", pipeline.Denied, []string{"clock", "sign in again"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := openThrough(t, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
				if c.when(r) {
					awstest.RefuseWith(w, c.status, c.code, c.text)
					return
				}
				pass(w, r)
			})
			l.on.Store(true)
			err := l.faulty.Put(t.Context(), "x.json", []byte("{}"))
			if pipeline.KindOf(err) != c.kind {
				t.Fatalf("%v", err)
			}
			for _, want := range c.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("it does not say %q: %v", want, err)
				}
			}
		})
	}
}

func TestABucketWithRequesterPaysIsNamed(t *testing.T) {
	server := awstest.StartS3(t)
	server.Bucket(t, "lake")
	proxy := awstest.Proxy(t, server.Endpoint, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		if r.Header.Get("X-Amz-Request-Payer") != "requester" {
			awstest.RefuseWith(w, http.StatusForbidden, "AccessDenied", "Access Denied")
			return
		}
		pass(w, r)
	})
	_, err := s3.Open(t.Context(), awstest.Config(t, proxy), "s3://lake/a", s3.Options{Cache: t.TempDir()})
	if pipeline.KindOf(err) != pipeline.Denied || !strings.Contains(err.Error(), "Requester Pays") || !strings.Contains(err.Error(), "--request-payer requester") {
		t.Errorf("%v", err)
	}
}

// asked answers each request, and keeps its URL.
type asked struct{ urls []url.URL }

func (a *asked) Do(r *http.Request) (*http.Response, error) {
	a.urls = append(a.urls, *r.URL)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

// No certificate of S3 is valid for a bucket name with dots in a host name.
func TestTheAddressOfABucket(t *testing.T) {
	for location, want := range map[string]string{
		"s3://lake/a":                              "https://lake.s3.eu-north-1.amazonaws.com/",
		"s3://data.example.com/a":                  "https://s3.eu-north-1.amazonaws.com/data.example.com",
		"s3://readings-abcdefghijklmnop-s3alias/a": "https://readings-abcdefghijklmnop-s3alias.s3.eu-north-1.amazonaws.com/",
	} {
		client := &asked{}
		config := aws.Config{Region: "eu-north-1", HTTPClient: client, Credentials: credentials.NewStaticCredentialsProvider("key", "secret", "")}
		if _, err := s3.Open(t.Context(), config, location, s3.Options{Cache: t.TempDir()}); err != nil || len(client.urls) != 1 {
			t.Fatalf("%s: %v (%v)", location, client.urls, err)
		}
		if got := client.urls[0].String(); got != want {
			t.Errorf("%s is asked for at %s, want %s", location, got, want)
		}
	}
	_, err := s3.Open(t.Context(), awstest.Config(t, "http://127.0.0.1:1"), "s3://arn:aws:s3:eu-north-1:123456789012:accesspoint/readings/a", s3.Options{Cache: t.TempDir()})
	if pipeline.KindOf(err) != pipeline.BadUsage || !strings.Contains(err.Error(), "-s3alias") {
		t.Errorf("%v", err)
	}
}

// versions are the versions and markers in a bucket.
func versions(t *testing.T, server *awstest.S3) (all []string) {
	t.Helper()
	out, err := server.Client.ListObjectVersions(t.Context(), &awss3.ListObjectVersionsInput{Bucket: aws.String("lake")})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range out.Versions {
		all = append(all, aws.ToString(v.Key))
	}
	for _, m := range out.DeleteMarkers {
		all = append(all, aws.ToString(m.Key)+" deleted")
	}
	return all
}

func TestDeletingDeletesOldVersionsWherePermitted(t *testing.T) {
	for name, permitted := range map[string]bool{"permitted": true, "not permitted": false} {
		t.Run(name, func(t *testing.T) {
			l := openThrough(t, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
				if r.Method == http.MethodDelete && strings.HasSuffix(r.URL.Path, "/run=1") {
					w.WriteHeader(http.StatusNoContent) // of a folder this server makes an error, if the bucket is versioned
					return
				}
				if !permitted && r.URL.Query().Has("versions") {
					awstest.RefuseWith(w, http.StatusForbidden, "AccessDenied", "User: arn:aws:iam::123456789012:user/u is not authorized to perform: s3:ListBucketVersions on resource: arn:aws:s3:::lake")
					return
				}
				pass(w, r)
			})
			if _, err := l.server.Client.PutBucketVersioning(t.Context(), &awss3.PutBucketVersioningInput{
				Bucket: aws.String("lake"), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
			}); err != nil {
				t.Fatal(err)
			}
			l.on.Store(true)
			put := func(names ...string) {
				for _, name := range names {
					if err := l.faulty.Put(t.Context(), name, []byte(name)); err != nil {
						t.Fatal(err)
					}
				}
			}
			put("t/run=1/a", "t/run=1/a", "t/run=1/b", "t/run=2/a", "one", "one")
			for _, name := range []string{"t/run=1", "one"} {
				if err := l.faulty.Delete(t.Context(), name); err != nil {
					t.Fatal(err)
				}
			}
			if now := l.server.Keys(t, "lake"); len(now) != 1 || now[0] != "a/t/run=2/a" {
				t.Errorf("left are %v", now)
			}
			if all := versions(t, l.server); permitted != (len(all) == 1) {
				t.Errorf("the versions are %v", all)
			}
		})
	}
}
