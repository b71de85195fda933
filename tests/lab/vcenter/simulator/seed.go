package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	gib          = int64(1) << 30
	hostCores    = 64
	hostMemory   = 512 * gib
	datastoreGiB = 20 * 1024
)

// templates: what a server can be cloned from; the names are those of the OpenStack lab's images.
var templates = []string{"openeuler-24.03", "debian-12"}

// Seed is what the vCenter holds when it starts.
type Seed struct {
	Clusters, Hosts, Datastores, VMs, Folders, Snapshots int
}

func (s Seed) plant() (*simulator.Model, error) {
	model := simulator.VPX()
	model.Host, model.Pool, model.App = 0, 0, 0
	model.Cluster, model.ClusterHost, model.Datastore, model.Portgroup = s.Clusters, s.Hosts, s.Datastores, 1
	model.Machine = (s.VMs + s.Clusters - 1) / s.Clusters
	if err := model.Create(); err != nil {
		return nil, err
	}
	ctx := context.Background()
	client, err := vim25.NewClient(ctx, model.Service)
	if err != nil {
		return nil, err
	}
	s.enlarge()
	s.dress()
	finder := find.NewFinder(client, false)
	datacenter, err := finder.Datacenter(ctx, "DC0")
	if err != nil {
		return nil, err
	}
	folders, err := datacenter.Folders(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.spread(ctx, folders.VmFolder); err != nil {
		return nil, err
	}
	finder.SetDatacenter(datacenter)
	pool, err := finder.ResourcePool(ctx, "DC0_C0/Resources")
	if err != nil {
		return nil, err
	}
	shelf, err := folders.VmFolder.CreateFolder(ctx, "templates")
	if err != nil {
		return nil, err
	}
	for _, name := range templates {
		if err := s.addTemplate(ctx, name, shelf, pool); err != nil {
			return nil, err
		}
	}
	return model, nil
}

// enlarge gives hosts and datastores a server room's sizes: the library's hosts have 2 cores and 4 GiB.
func (s Seed) enlarge() {
	for _, entity := range simulator.Map.All("HostSystem") {
		host := entity.(*simulator.HostSystem)
		host.Summary.Hardware.NumCpuCores, host.Summary.Hardware.NumCpuThreads = hostCores, 2*hostCores
		host.Summary.Hardware.CpuMhz, host.Summary.Hardware.MemorySize = 2500, hostMemory
		host.Hardware.MemorySize = hostMemory
		host.Hardware.CpuInfo.NumCpuCores, host.Hardware.CpuInfo.NumCpuThreads = hostCores, 2*hostCores
	}
	for _, entity := range simulator.Map.All("ClusterComputeResource") {
		summary := entity.(*simulator.ClusterComputeResource).Summary.GetComputeResourceSummary()
		summary.NumCpuCores, summary.NumCpuThreads = int16(hostCores*s.Hosts), int16(2*hostCores*s.Hosts)
		summary.TotalCpu, summary.EffectiveCpu = int32(2500*hostCores*s.Hosts), int32(2500*hostCores*s.Hosts)
		// The total is in bytes, the effective memory in MiB: so it is in vSphere.
		summary.TotalMemory, summary.EffectiveMemory = hostMemory*int64(s.Hosts), hostMemory*int64(s.Hosts)>>20
	}
	for _, entity := range simulator.Map.All("Datastore") {
		store := entity.(*simulator.Datastore)
		store.Summary.Capacity, store.Summary.FreeSpace = datastoreGiB*gib, datastoreGiB*gib
		store.Info.GetDatastoreInfo().FreeSpace = datastoreGiB * gib
	}
}

// dress gives every VM what a real one has: a size, a disk with a UUID, an address, and some of them a snapshot.
func (s Seed) dress() {
	number := 0
	for _, entity := range simulator.Map.All("VirtualMachine") {
		vm := entity.(*simulator.VirtualMachine)
		number++
		address := fmt.Sprintf("10.%d.%d.%d", number>>16&255, number>>8&255, number&255)
		vm.Config.Hardware.NumCPU, vm.Config.Hardware.MemoryMB = 2, 4096
		vm.Summary.Config.NumCpu, vm.Summary.Config.MemorySizeMB = 2, 4096
		vm.Guest.IpAddress, vm.Guest.HostName, vm.Summary.Guest.IpAddress = address, vm.Name, address
		for i := range vm.Guest.Net {
			vm.Guest.Net[i].IpAddress = []string{address}
		}
		for _, disk := range disksOf(vm) {
			disk.CapacityInKB, disk.CapacityInBytes = 40<<20, 40*gib
		}
		identifyDisks(vm)
		if s.Snapshots > 0 && number%s.Snapshots == 0 {
			vm.CreateSnapshotTask(&types.CreateSnapshot_Task{This: vm.Self, Name: "before the update"})
		}
	}
}

func (s Seed) spread(ctx context.Context, root *object.Folder) error {
	if s.Folders == 0 {
		return nil
	}
	baskets := make([][]types.ManagedObjectReference, s.Folders)
	for i, ref := range vmFolder(root).ChildEntity {
		baskets[i%s.Folders] = append(baskets[i%s.Folders], ref)
	}
	for i, basket := range baskets {
		folder, err := root.CreateFolder(ctx, fmt.Sprintf("dept-%02d", i))
		if err != nil {
			return err
		}
		target := simulator.Map.Get(folder.Reference()).(*simulator.Folder)
		for _, ref := range basket {
			entity := simulator.Map.Get(ref).(mo.Entity).Entity()
			entity.Parent = &target.Self
		}
		target.ChildEntity = basket
	}
	left := vmFolder(root).ChildEntity[:0]
	for _, ref := range vmFolder(root).ChildEntity {
		if ref.Type == "Folder" {
			left = append(left, ref)
		}
	}
	vmFolder(root).ChildEntity = left
	return nil
}

func vmFolder(root *object.Folder) *simulator.Folder {
	return simulator.Map.Get(root.Reference()).(*simulator.Folder)
}

func (s Seed) addTemplate(ctx context.Context, name string, shelf *object.Folder, pool *object.ResourcePool) error {
	var devices object.VirtualDeviceList
	scsi, err := devices.CreateSCSIController("pvscsi")
	if err != nil {
		return err
	}
	network := simulator.Map.Any("DistributedVirtualPortgroup")
	for _, entity := range simulator.Map.All("DistributedVirtualPortgroup") {
		if entity.(*simulator.DistributedVirtualPortgroup).Name == "DC0_DVPG0" {
			network = entity
		}
	}
	backing, err := object.NewDistributedVirtualPortgroup(shelf.Client(), network.Reference()).EthernetCardBackingInfo(ctx)
	if err != nil {
		return err
	}
	card, err := devices.CreateEthernetCard("vmxnet3", backing)
	if err != nil {
		return err
	}
	disk := devices.CreateDisk(scsi.(types.BaseVirtualController), types.ManagedObjectReference{}, "")
	disk.CapacityInKB, disk.CapacityInBytes = 10<<20, 10*gib
	devices = append(devices, scsi, disk, card)
	spec := types.VirtualMachineConfigSpec{
		Name: name, NumCPUs: 1, MemoryMB: 1024, GuestId: string(types.VirtualMachineGuestOsIdentifierOtherLinux64Guest),
		Files: &types.VirtualMachineFileInfo{VmPathName: "[LocalDS_0]"},
	}
	if spec.DeviceChange, err = devices.ConfigSpec(types.VirtualDeviceConfigSpecOperationAdd); err != nil {
		return err
	}
	task, err := shelf.CreateVM(ctx, spec, pool, nil)
	if err != nil {
		return err
	}
	made, err := task.WaitForResult(ctx, nil)
	if err != nil {
		return err
	}
	vm := simulator.Map.Get(made.Result.(types.ManagedObjectReference)).(*simulator.VirtualMachine)
	identifyDisks(vm)
	return object.NewVirtualMachine(shelf.Client(), vm.Self).MarkAsTemplate(ctx)
}

func disksOf(vm *simulator.VirtualMachine) []*types.VirtualDisk {
	var disks []*types.VirtualDisk
	for _, device := range vm.Config.Hardware.Device {
		if disk, ok := device.(*types.VirtualDisk); ok {
			disks = append(disks, disk)
		}
	}
	return disks
}

// identifyDisks gives a UUID to every disk that has none, as a host does.
func identifyDisks(vm *simulator.VirtualMachine) {
	for _, disk := range disksOf(vm) {
		if backing, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo); ok && backing.Uuid == "" {
			backing.Uuid = uuid.New().String()
		}
	}
}
