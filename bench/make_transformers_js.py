"""SmolLM2 as transformers.js wants it, in 4 bits (MatMulNBits, blocks of 32), from a folder of Hugging Face.

    pip install onnxruntime-genai onnx onnx-ir torch transformers
    python bench/make_transformers_js.py HF_FOLDER OUT_FOLDER

makes OUT_FOLDER with config.json, tokenizer.json and onnx/model_q4.onnx.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import onnx


def main(source: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copytree(source, folder / "source")
        config = json.loads((source / "config.json").read_text())
        # The builder wants both where older versions of transformers wrote them.
        config["architectures"] = ["LlamaForCausalLM"]
        config["rope_theta"] = config.get("rope_theta") or config["rope_parameters"]["rope_theta"]
        (folder / "source" / "config.json").write_text(json.dumps(config))
        built = folder / "built"
        arguments = ["-i", folder / "source", "-o", built, "-p", "int4", "-e", "cpu", "-c", folder / "cache"]
        extra = ["--extra_options", "int4_accuracy_level=4", "int4_block_size=32"]
        command = [sys.executable, "-m", "onnxruntime_genai.models.builder", *arguments, *extra]
        subprocess.run([str(part) for part in command], check=True)
        model = onnx.load(str(built / "model.onnx"))
        # transformers.js makes an empty cache from these shapes, names of sizes being 0.
        for value in [*model.graph.input, *model.graph.output]:
            for size in value.type.tensor_type.shape.dim:
                if size.dim_param == "kv_cache_dim":
                    size.dim_value = config["head_dim"]
        for tensor in model.graph.initializer:
            tensor.ClearField("external_data")
            tensor.data_location = onnx.TensorProto.DEFAULT
        (target / "onnx").mkdir(parents=True, exist_ok=True)
        onnx.save(model, str(target / "onnx" / "model_q4.onnx"))
        shutil.copy(folder / "source" / "config.json", target)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(built / name, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
