package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// duplicateName is what a real vCenter says to a second VM of one name in one folder.
func duplicateName(call *simulator.Method) types.BaseMethodFault {
	var folder types.ManagedObjectReference
	var name string
	switch body := call.Body.(type) {
	case *types.CloneVM_Task:
		folder, name = body.Folder, body.Name
	case *types.CreateVM_Task:
		folder, name = body.This, body.Config.Name
	case *types.Rename_Task:
		entity, ok := simulator.Map.Get(body.This).(mo.Entity)
		if !ok || entity.Entity().Parent == nil {
			return nil
		}
		folder, name = *entity.Entity().Parent, body.NewName
	default:
		return nil
	}
	holder, ok := simulator.Map.Get(folder).(*simulator.Folder)
	if !ok {
		return nil
	}
	var children []types.ManagedObjectReference
	simulator.Map.WithLock(holder, func() { children = append(children, holder.ChildEntity...) })
	for _, child := range children {
		if entity, ok := simulator.Map.Get(child).(mo.Entity); ok && child != call.This && nameOf(entity) == name {
			return &types.DuplicateName{Name: name, Object: child}
		}
	}
	return nil
}

// concurrentAccess is what a real vCenter says to a change that was made up from an older state of the machine.
func concurrentAccess(call *simulator.Method) types.BaseMethodFault {
	body, ok := call.Body.(*types.ReconfigVM_Task)
	if !ok || body.Spec.ChangeVersion == "" {
		return nil
	}
	vm, ok := simulator.Map.Get(body.This).(*simulator.VirtualMachine)
	if !ok || vm.Config.ChangeVersion == body.Spec.ChangeVersion {
		return nil
	}
	return &types.ConcurrentAccess{}
}

// nameOf is an entity's name: networks and switches have a field of their own for it.
func nameOf(entity mo.Entity) string {
	switch named := entity.(type) {
	case *simulator.DistributedVirtualPortgroup:
		return named.Name
	case *simulator.DistributedVirtualSwitch:
		return named.Name
	case *mo.Network:
		return named.Name
	}
	return entity.Entity().Name
}

// prepare gives what is to be done once the simulator has carried the call out.
func prepare(call *simulator.Method) func(*simulator.Task) {
	switch body := call.Body.(type) {
	case *types.CloneVM_Task:
		source, ok := simulator.Map.Get(body.This).(*simulator.VirtualMachine)
		if !ok {
			break
		}
		// The library lets the clone have the source's own devices: the source keeps copies of them.
		kept := copyDevices(source.Config.Hardware.Device)
		return func(task *simulator.Task) {
			source.Config.Hardware.Device = kept
			if clone := madeBy(task); clone != nil {
				house(clone, body.Spec.Location.Host)
				freshen(clone)
			}
		}
	case *types.CreateVM_Task:
		return func(task *simulator.Task) {
			if vm := madeBy(task); vm != nil {
				settle(vm)
			}
		}
	case *types.ReconfigVM_Task, *types.MarkAsTemplate, *types.MarkAsVirtualMachine:
		if vm, ok := simulator.Map.Get(call.This).(*simulator.VirtualMachine); ok {
			return func(*simulator.Task) { settle(vm) }
		}
	case *types.Rename_Task:
		if vm, ok := simulator.Map.Get(call.This).(*simulator.VirtualMachine); ok {
			return func(*simulator.Task) {
				vm.Config.Name, vm.Summary.Config.Name = vm.Name, vm.Name
				changed(vm, "name")
			}
		}
	case *types.SetField:
		return func(*simulator.Task) { keepLastField(body.Entity) }
	}
	return func(*simulator.Task) {}
}

func madeBy(task *simulator.Task) *simulator.VirtualMachine {
	if task == nil || task.Info.Error != nil {
		return nil
	}
	ref, ok := task.Info.Result.(types.ManagedObjectReference)
	if !ok {
		return nil
	}
	vm, _ := simulator.Map.Get(ref).(*simulator.VirtualMachine)
	return vm
}

// house puts a clone on the host that was asked for: the library leaves it where its source is.
func house(vm *simulator.VirtualMachine, wanted *types.ManagedObjectReference) {
	if wanted == nil || vm.Runtime.Host == nil || *wanted == *vm.Runtime.Host {
		return
	}
	host, ok := simulator.Map.Get(*wanted).(*simulator.HostSystem)
	if !ok {
		return
	}
	before := simulator.Map.Get(*vm.Runtime.Host).(*simulator.HostSystem)
	simulator.Map.WithLock(before, func() { simulator.RemoveReference(&before.Vm, vm.Self) })
	simulator.Map.WithLock(host, func() { host.Vm = append(host.Vm, vm.Self) })
	vm.Runtime.Host, vm.Summary.Runtime.Host = wanted, wanted
	changed(vm, "runtime.host")
}

var addresses, versions int64

// freshen gives a clone disks and network addresses of its own.
func freshen(vm *simulator.VirtualMachine) {
	for _, disk := range disksOf(vm) {
		if backing, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo); ok {
			backing.Uuid = uuid.New().String()
		}
	}
	for _, device := range vm.Config.Hardware.Device {
		if card, ok := device.(types.BaseVirtualEthernetCard); ok {
			number := atomic.AddInt64(&addresses, 1)
			address := fmt.Sprintf("00:50:56:%02x:%02x:%02x", number>>16&63, number>>8&255, number&255)
			card.GetVirtualEthernetCard().MacAddress = address
			for i := range vm.Guest.Net {
				if vm.Guest.Net[i].DeviceConfigId == card.GetVirtualEthernetCard().Key {
					vm.Guest.Net[i].MacAddress = address
				}
			}
		}
	}
	settle(vm)
}

// settle tells the update feed of what the library changes in silence.
func settle(vm *simulator.VirtualMachine) {
	identifyDisks(vm)
	fillDisks(vm)
	vm.Config.ChangeVersion = fmt.Sprintf("v%d", atomic.AddInt64(&versions, 1))
	vm.Summary.Config.Template = vm.Config.Template
	vm.Summary.Config.Annotation = vm.Config.Annotation
	changed(vm, "name", "config", "summary.config")
}

// typedFields says of a custom field for all kinds of objects what a real vCenter says: that it is a text.
func typedFields(call *simulator.Method, answer []byte) []byte {
	if _, ok := call.Body.(*types.AddCustomFieldDef); !ok {
		return answer
	}
	fields := simulator.Map.CustomFieldsManager()
	for i := range fields.Field {
		if fields.Field[i].Type == "" {
			fields.Field[i].Type = fieldType
		}
	}
	return bytes.ReplaceAll(answer, []byte("<type></type>"), []byte("<type>"+fieldType+"</type>"))
}

const fieldType = "xsd:string"

func keepLastField(ref types.ManagedObjectReference) {
	entity, ok := simulator.Map.Get(ref).(mo.Entity)
	if !ok {
		return
	}
	kept := entity.Entity()
	last := map[int32]types.BaseCustomFieldValue{}
	for _, value := range kept.CustomValue {
		last[value.GetCustomFieldValue().Key] = value
	}
	kept.CustomValue, kept.Value = nil, nil
	for _, value := range last {
		kept.CustomValue, kept.Value = append(kept.CustomValue, value), append(kept.Value, value)
	}
	changed(simulator.Map.Get(ref), "customValue", "value")
}

// copyDevices copies devices deeply: through their fields, for JSON cannot rebuild what an interface holds.
func copyDevices(devices []types.BaseVirtualDevice) []types.BaseVirtualDevice {
	return deepCopy(reflect.ValueOf(devices)).Interface().([]types.BaseVirtualDevice)
}

func deepCopy(value reflect.Value) reflect.Value {
	switch value.Kind() {
	case reflect.Ptr:
		if value.IsNil() {
			return value
		}
		made := reflect.New(value.Type().Elem())
		made.Elem().Set(deepCopy(value.Elem()))
		return made
	case reflect.Interface:
		if value.IsNil() {
			return value
		}
		made := reflect.New(value.Type()).Elem()
		made.Set(deepCopy(value.Elem()))
		return made
	case reflect.Slice:
		if value.IsNil() {
			return value
		}
		made := reflect.MakeSlice(value.Type(), value.Len(), value.Len())
		for i := 0; i < value.Len(); i++ {
			made.Index(i).Set(deepCopy(value.Index(i)))
		}
		return made
	case reflect.Struct:
		made := reflect.New(value.Type()).Elem()
		made.Set(value)
		for i := 0; i < value.NumField(); i++ {
			if made.Field(i).CanSet() {
				made.Field(i).Set(deepCopy(value.Field(i)))
			}
		}
		return made
	}
	return value
}

// renameAll gives every running VM a new name at once: {"prefix": "..."}.
func renameAll(body []byte) (interface{}, error) {
	var wanted struct{ Prefix string }
	if err := json.Unmarshal(body, &wanted); err != nil {
		return nil, err
	}
	renamed := 0
	for _, entity := range simulator.Map.All("VirtualMachine") {
		vm := entity.(*simulator.VirtualMachine)
		if vm.Config.Template {
			continue
		}
		name := wanted.Prefix + vm.Name
		simulator.Map.WithLock(vm, func() { vm.Name, vm.Config.Name, vm.Summary.Config.Name = name, name, name })
		changed(vm, "name")
		renamed++
	}
	return renamed, nil
}

// changed tells the feeds that properties of an object differ; their values are read when a feed asks.
func changed(object mo.Reference, names ...string) {
	changes := make([]types.PropertyChange, len(names))
	for i, name := range names {
		changes[i] = types.PropertyChange{Name: name}
	}
	tellFeeds(object.Reference(), changes)
}
