"""DSSE by another implementation: interop.py verify BUNDLE PUB | interop.py sign STATEMENT KEY BUNDLE."""

import json
import sys

from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner, SSlibKey

IN_TOTO = "application/vnd.in-toto+json"


def read(path):
    with open(path, "rb") as file:
        return file.read()


def verify(bundle, public):
    key = SSlibKey.from_crypto(load_pem_public_key(read(public)))
    for line in read(bundle).splitlines():
        data = json.loads(line)
        # It picks keys by the keyid of the signature, which is ours to choose.
        for signature in data["signatures"]:
            signature["keyid"] = key.keyid
        envelope = Envelope.from_dict(data)
        assert envelope.payload_type == IN_TOTO, envelope.payload_type
        envelope.verify([key], 1)


def sign(statement, private, bundle):
    envelope = Envelope(read(statement), IN_TOTO, {})
    envelope.sign(CryptoSigner(load_pem_private_key(read(private), None)))
    with open(bundle, "w") as file:
        file.write(json.dumps(envelope.to_dict()) + "\n")


{"verify": verify, "sign": sign}[sys.argv[1]](*sys.argv[2:])
