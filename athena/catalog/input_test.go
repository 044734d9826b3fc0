package catalog

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
)

// The service model of Glue asks for at least one character.
func TestAnEmptyOwnerIsNotSentBack(t *testing.T) {
	table := &types.Table{Name: aws.String("t"), Owner: aws.String(""), StorageDescriptor: &types.StorageDescriptor{}}
	if input := inputOf(table); input.Owner != nil {
		t.Errorf("the owner is %q", *input.Owner)
	}
	table.Owner = aws.String("hadoop")
	if input := inputOf(table); aws.ToString(input.Owner) != "hadoop" {
		t.Error("the owner is lost")
	}
}
