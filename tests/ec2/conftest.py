"""One emulator process for all tests, reset before each."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

HERE = Path(__file__).parent


class Control:
    def __init__(self, url):
        self.url = url

    def __call__(self, method, path, body=None):
        request = urllib.request.Request(f"{self.url}/_control/{path}", json.dumps(body or {}).encode() if method != "GET" else None, method=method)
        try:
            with urllib.request.urlopen(request) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error)["error"]) from error

    def settings(self, **changes):
        return self("POST", "settings", changes)

    def advance(self, seconds):
        return self("POST", "advance", {"seconds": seconds})

    def fault(self, **fault):
        return self("POST", "faults", fault)["id"]

    def instances(self):
        return self("GET", "instances")

    def calls(self, action):
        return self("GET", f"calls?action={action}")


@pytest.fixture(scope="session")
def url():
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path]), "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    process = subprocess.Popen([sys.executable, "-m", "ec2_emulator", "--port", "0"], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def control(url):
    control = Control(url)
    control("POST", "reset")
    return control


@pytest.fixture(scope="session")
def shared_client(url):
    return client(url)


@pytest.fixture
def ec2(shared_client, control):
    return shared_client


def client(url, **config):
    # Without the SDK's retries: a test counts calls.
    return boto3.client(
        "ec2", endpoint_url=url, region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}, **config),
    )  # fmt: skip


@pytest.fixture
def image():
    return "ami-0123456789abcdef0"


@pytest.fixture
def template(ec2, image):
    """Version 1 on demand, version 2 on the spot market."""
    data = {
        "ImageId": image,
        "InstanceType": "m5.large",
        "UserData": "IyEvYmluL3NoCg==",
        "IamInstanceProfile": {"Name": "smartscale-worker"},
        "MetadataOptions": {"HttpTokens": "required"},
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3"}}],
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "role", "Value": "worker"}, {"Key": "from", "Value": "template"}]}],
    }
    made = ec2.create_launch_template(LaunchTemplateName="workers", LaunchTemplateData=data)["LaunchTemplate"]
    ec2.create_launch_template_version(LaunchTemplateName="workers", SourceVersion="1", LaunchTemplateData={"InstanceMarketOptions": {"MarketType": "spot"}})
    return made["LaunchTemplateId"]
