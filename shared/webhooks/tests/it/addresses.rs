//! Which addresses are public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use webhooks::is_public;

fn assert_all(expected: bool, addresses: &[&str]) {
    for address in addresses {
        assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
    }
}

#[test]
fn addresses_of_hosts_on_the_internet_are_public() {
    assert_all(
        true,
        &[
            "1.1.1.1",
            "8.8.8.8",
            "93.184.216.34",
            "185.40.108.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001:80b::200e",
            "2400:cb00::1",
            "2001:4860:4860::8888",
            "2001:200::1",
            "2620:4f:8000::1",
            "192.31.196.1",
            "192.52.193.1",
            "192.175.48.1",
            "3fff:1000::1",
            "2000::1",
        ],
    );
}

/// The first and last address of each block that IANA's registries do not call reachable, and their neighbours.
#[test]
fn blocks_end_where_the_registries_say() {
    for (first, last) in [
        ("10.0.0.0", "10.255.255.255"),
        ("100.64.0.0", "100.127.255.255"),
        ("127.0.0.0", "127.255.255.255"),
        ("168.63.129.16", "168.63.129.16"),
        ("169.254.0.0", "169.254.255.255"),
        ("172.16.0.0", "172.31.255.255"),
        ("192.0.0.0", "192.0.0.255"),
        ("192.0.2.0", "192.0.2.255"),
        ("192.88.99.0", "192.88.99.255"),
        ("192.168.0.0", "192.168.255.255"),
        ("198.18.0.0", "198.19.255.255"),
        ("198.51.100.0", "198.51.100.255"),
        ("203.0.113.0", "203.0.113.255"),
    ] {
        let (first, last): (Ipv4Addr, Ipv4Addr) = (first.parse().unwrap(), last.parse().unwrap());
        for (bits, expected) in
            [(first.to_bits() - 1, true), (first.to_bits(), false), (last.to_bits(), false), (last.to_bits() + 1, true)]
        {
            let address = Ipv4Addr::from_bits(bits);
            assert_eq!(is_public(address.into()), expected, "{address}");
        }
    }
    for (first, last) in [
        ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ] {
        let (first, last): (Ipv6Addr, Ipv6Addr) = (first.parse().unwrap(), last.parse().unwrap());
        for (bits, expected) in
            [(first.to_bits() - 1, true), (first.to_bits(), false), (last.to_bits(), false), (last.to_bits() + 1, true)]
        {
            let address = Ipv6Addr::from_bits(bits);
            assert_eq!(is_public(address.into()), expected, "{address}");
        }
    }
    assert_all(false, &["0.0.0.0", "0.255.255.255", "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255"]);
    assert_all(true, &["1.0.0.0", "223.255.255.255"]);
    assert_all(false, &["1fff:ffff::", "4000::"]);
}

#[test]
fn private_and_special_addresses_are_not_public() {
    assert_all(
        false,
        &[
            // The metadata and services of cloud machines.
            "169.254.169.254",
            "169.254.170.2",
            "fd00:ec2::254",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "127.0.0.1",
            "127.1.2.3",
            "0.0.0.0",
            "10.1.2.3",
            "172.20.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "192.0.0.9",
            "255.255.255.255",
            "224.0.0.251",
            // Loopback, unspecified, and IPv4 in IPv6, mapped, compatible or translated.
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "::8.8.8.8",
            "::ffff:0:8.8.8.8",
            "64:ff9b::169.254.169.254",
            "64:ff9b::8.8.8.8",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::",
            "2002:808:808::1",
            "2001:0:7f00:1::",
            "2001::1",
            // Special blocks of IPv6.
            "100::1",
            "100:0:0:1::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "feff::1",
            "ff02::1",
            "ff0e::1",
            // Not assigned to hosts.
            "1::1",
            "4000::1",
            "8000::1",
            "e000::1",
        ],
    );
}

proptest! {
    #[test]
    fn what_the_standard_library_calls_private_is_not_public(address in any::<u32>().prop_map(Ipv4Addr::from_bits)) {
        let is_special = address.is_private() || address.is_loopback() || address.is_link_local()
            || address.is_broadcast() || address.is_documentation() || address.is_multicast() || address.is_unspecified();
        prop_assert!(!(is_special && is_public(IpAddr::V4(address))));
        for wrapped in [address.to_ipv6_mapped(), address.to_ipv6_compatible()] {
            prop_assert!(!is_public(IpAddr::V6(wrapped)));
        }
    }

    #[test]
    fn public_addresses_of_version_6_begin_with_2_or_3(address in any::<u128>().prop_map(Ipv6Addr::from_bits)) {
        prop_assert!(!is_public(IpAddr::V6(address)) || matches!(address.octets()[0], 0x20..=0x3f));
    }
}
