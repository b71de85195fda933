"""vSphere through pyVmomi: `provider.connect(cloud, clock)` gives the ports of `ports.clouds`.

A department is a folder and a resource pool; a server is a clone of a template; a volume is one disk, held by a small
machine that is never switched on while no server has it; a segment is a distributed portgroup with a VLAN. What takes
several tasks is written onto the machine itself as its goal, and every look at a machine sends the next task.
"""
