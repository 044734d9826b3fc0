package awstest

import (
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
)

// Glue is a running Glue Data Catalog: ministack, of which nothing else is
// trusted.
type Glue struct {
	Endpoint string
	Client   *glue.Client
	Config   aws.Config
}

// StartGlue starts a server with an empty catalog.
func StartGlue(t *testing.T) *Glue {
	t.Helper()
	port := freePort(t)
	folder := t.TempDir()
	command := alone(exec.Command(tool(t, "ministack/bin/ministack"))) //nolint:gosec,noctx // a test's own tool, ended with the test
	command.Dir = folder
	command.Env = append(os.Environ(), "BIND_HOST=127.0.0.1", "GATEWAY_PORT="+strconv.Itoa(port), "IOT_MTLS_ENABLED=0", "S3_PERSIST=0", "S3_DATA_DIR="+folder)
	server := &Glue{Endpoint: local(port)}
	start(t, command, server.Endpoint, 60*time.Second, func(r *http.Response) bool { return r.StatusCode < http.StatusInternalServerError })
	server.Config = Config(t, server.Endpoint)
	server.Client = glue.NewFromConfig(server.Config)
	return server
}
