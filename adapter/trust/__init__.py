"""Whose a message is: XML signatures, certificates, and the verdict on both.

    verdict = Verifier(anchors=Anchors.load(directory)).judge(data, at=received_at)
    data = sign(data, key, certificate)

The pieces, from the bottom: `algorithms` (what is known), `c14n` (equal documents, equal bytes), `gate` (what a
signature must look like before it is looked at), `signature` (the mathematics: sign and verify), `certificate` and
`chain` (who the signer is, and who says so), `standing` (is it revoked?), `verifier` and `verdict` (the answer).
"""
