package main

import (
	"crypto/sha256"
	"os"
	"path"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

const diskBytes = 8192

// fillDisks writes bytes into the disks that have none: the library makes empty files. They follow from the path.
func fillDisks(vm *simulator.VirtualMachine) {
	for _, disk := range disksOf(vm) {
		backing, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo)
		if !ok || backing.FileName == "" {
			continue
		}
		flat := flatOf(backing.FileName)
		if info, err := os.Stat(flat); err != nil || info.Size() > 0 {
			continue
		}
		content := make([]byte, 0, diskBytes)
		block := sha256.Sum256([]byte(backing.FileName))
		for len(content) < diskBytes {
			content = append(content, block[:]...)
			block = sha256.Sum256(block[:])
		}
		_ = os.WriteFile(flat, content, 0600)
	}
}

// flatOf is where the bytes of a disk lie on this machine.
func flatOf(name string) string {
	var place object.DatastorePath
	if !place.FromString(name) {
		return ""
	}
	for _, entity := range simulator.Map.All("Datastore") {
		store := entity.(*simulator.Datastore)
		if store.Name == place.Datastore {
			return path.Join(store.Info.GetDatastoreInfo().Url, strings.TrimSuffix(place.Path, ".vmdk")+"-flat.vmdk")
		}
	}
	return ""
}
