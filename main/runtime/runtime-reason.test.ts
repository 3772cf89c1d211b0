import { expect, it } from 'vitest';
import { runtimeReason } from './runtime-reason';

it('keeps what the runtime says and drops where it says it', () => {
  const webgpu =
    '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:63 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n';
  expect(runtimeReason(new Error(webgpu))).toBe('Failed to get a WebGPU adapter: No supported adapters.');
  const cuda = 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library';
  expect(runtimeReason(new Error(cuda))).toBe(`${cuda}.`);
  expect(runtimeReason('No.')).toBe('No.');
});
