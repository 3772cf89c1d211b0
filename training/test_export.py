"""The exported files: do they load in `transformers` unmodified, and do they say what the trainer's decoder says?

    python -m unittest
"""

import json
import unittest

import numpy as np
import torch
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from export import MODEL_DIRECTORY
from exported import load_exported
from language import ANSWER, BEGIN, ID, THOUGHT, TOKENS, text_of

TOLERANCE = 2e-4
"""Largest difference of logits allowed, absolute; f32 sums in another order differ by less."""


class ExportedFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.set_num_threads(1)
        cls.tokenizer = Tokenizer.from_file(str(MODEL_DIRECTORY / "tokenizer.json"))
        cls.model, info = LlamaForCausalLM.from_pretrained(MODEL_DIRECTORY, output_loading_info=True)
        cls.info = info
        cls.kin = load_exported(MODEL_DIRECTORY)
        cls.prompts = json.loads((MODEL_DIRECTORY / "fixtures" / "prompts.json").read_text("utf-8"))

    def test_no_weight_is_missing_or_left_over(self):
        self.assertFalse(self.info["missing_keys"])
        self.assertFalse(self.info["unexpected_keys"])

    @torch.no_grad()
    def test_logits_agree_through_tokens_and_thoughts(self):
        for entry in self.prompts[:12]:
            ids = [*self.tokenizer.encode(entry["prompt"]).ids, ID[THOUGHT]]
            ours = self.kin.decoder(self.kin.embed(torch.tensor([ids])))
            theirs = self.model(torch.tensor([ids]), output_hidden_states=True)
            self._agree(self.kin.logits(ours.hidden), theirs.logits)
            for _ in range(entry["hops"]):
                fed_ours, fed_theirs = ours.hidden[:, -1:], theirs.hidden_states[-1][:, -1:]
                ours = self.kin.decoder(fed_ours, own=ours.cache)
                theirs = self.model(
                    inputs_embeds=fed_theirs, past_key_values=theirs.past_key_values, output_hidden_states=True
                )
                self._agree(self.kin.logits(ours.hidden), theirs.logits)

    @torch.no_grad()
    def test_a_context_shared_by_rows_equals_one_sequence(self):
        entry = self.prompts[0]
        ids = self.tokenizer.encode(entry["prompt"]).ids
        table = self.kin.embed
        context = self.kin.decoder(table(torch.tensor([ids[:-6]]))).cache
        question = torch.tensor([[*ids[-6:], ID[ANSWER]]] * 3)
        shared = self.kin.logits(self.kin.decoder(table(question), context).hidden)
        whole = self.kin.logits(self.kin.decoder(table(torch.tensor([[*ids, ID[ANSWER]]]))).hidden)[:, -7:]
        self._agree(shared, whole.expand_as(shared))

    def test_tokenizer_reads_ascii_arrows_and_marks_the_unknown(self):
        encode = lambda text: [TOKENS[i] for i in self.tokenizer.encode(text).ids]
        self.assertEqual(encode("ada->bob bob→cy ? cy or tom from ada"), [
            BEGIN, "ada→bob", "bob→cy", "?", "cy", "or", "tom", "from", "ada",
        ])
        self.assertEqual(encode("ada→nobody ⟨think⟩"), [BEGIN, "⟨unk⟩", "⟨think⟩"])
        text = self.prompts[0]["prompt"]
        self.assertEqual(self.tokenizer.decode(self.tokenizer.encode(text).ids), text)

    def test_fixtures_were_made_from_these_files(self):
        tensors = load_file(MODEL_DIRECTORY / "fixtures" / "parity.safetensors")
        for index, entry in enumerate(self.prompts):
            ids = tensors[f"{index}.ids"]
            self.assertEqual(text_of(ids[1:-1]), entry["prompt"])
            with torch.no_grad():
                hidden = self.kin.decoder(self.kin.embed(torch.tensor(ids)[None].long())).hidden
            self._agree(self.kin.logits(hidden)[0], torch.tensor(tensors[f"{index}.logits"]))
            np.testing.assert_allclose(hidden[0, -1].numpy(), tensors[f"{index}.thoughts"][0], atol=TOLERANCE)

    def _agree(self, ours: torch.Tensor, theirs: torch.Tensor) -> None:
        self.assertLess((ours - theirs).abs().max().item(), TOLERANCE)


if __name__ == "__main__":
    unittest.main()
