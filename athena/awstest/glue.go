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
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
)

// Glue is a running Glue Data Catalog, served by ministack. Only its catalog is
// used.
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
	command := alone(exec.Command(tool(t, "ministack/bin/ministack"))) //nolint:noctx // a tool that the test ends
	command.Dir = folder
	command.Env = append(os.Environ(), "BIND_HOST=127.0.0.1", "GATEWAY_PORT="+strconv.Itoa(port), "IOT_MTLS_ENABLED=0", "S3_PERSIST=0", "S3_DATA_DIR="+folder)
	server := &Glue{Endpoint: local(port)}
	start(t, command, server.Endpoint, 60*time.Second, func(r *http.Response) bool { return r.StatusCode < http.StatusInternalServerError })
	server.Config = Config(t, server.Endpoint)
	server.Client = glue.NewFromConfig(server.Config)
	return server
}

// Touch updates a table as another user would, so that its version changes.
func (g *Glue) Touch(t *testing.T, database, table string) {
	t.Helper()
	found, err := g.Client.GetTable(t.Context(), &glue.GetTableInput{DatabaseName: &database, Name: &table})
	if err != nil {
		t.Error(err)
		return
	}
	_, err = g.Client.UpdateTable(t.Context(), &glue.UpdateTableInput{DatabaseName: &database, TableInput: &types.TableInput{
		Name: found.Table.Name, StorageDescriptor: found.Table.StorageDescriptor, Parameters: found.Table.Parameters, TableType: found.Table.TableType,
	}})
	if err != nil {
		t.Error(err)
	}
}
