"""Both families, as the cloud itself has them: a server's port has an address of the IPv4 and of the IPv6 subnet."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from cloudctl.domain.servers import ServerStatus


def check(provider_case, tenant, network, server):
    """One address of each subnet, all of them reported by the provider."""
    held = provider_case.ports(tenant, server.backend_id)
    assert sorted(cidr for _, cidr in held) == sorted(network.cidrs)
    assert sorted(ip_network(cidr).version for _, cidr in held) == [4, 6]
    assert all(ip_address(address) in ip_network(cidr) for address, cidr in held)
    assert {ip_address(address) for address, _ in held} == {ip_address(address) for address in server.addresses}


def test_a_server_behind_a_router_has_both_families(provider_case, tenant, network, server):
    check(provider_case, tenant, network, server)


def test_a_server_on_a_segment_of_its_own_has_both_families(provider_case, tenant):
    provider = provider_case.provider
    request = provider_case.network_request(tenant, "10.205.0.0/26", "fd00:205::/64")
    provider.networks.create(request)
    alone = provider_case.network_ready(tenant, request.key)
    asked = provider_case.server_request(tenant, alone.backend_id)
    try:
        provider.servers.create(asked)
        server = provider_case.server_at(tenant, asked.key, ServerStatus.ACTIVE)
        check(provider_case, tenant, alone, server)
        provider_case.insist(lambda: provider.servers.delete(tenant, server.backend_id))
        provider_case.wait(lambda: asked.key not in provider.servers.find(tenant, [asked.key]))
    finally:
        provider_case.insist(lambda: provider.networks.delete(tenant, alone.backend_id))
        provider_case.wait(lambda: not provider.networks.find(tenant, [request.key]))
