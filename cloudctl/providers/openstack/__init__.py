"""OpenStack through openstacksdk: `provider.connect(cloud, clock)` gives the ports of `ports.clouds`.

The SDK does what it is best at (clouds.yaml, authentication, catalogue, version discovery); what is called often goes
over its authenticated adapter as plain JSON into typed structs, because building the SDK's own objects costs 20 ms of
CPU each.
"""
